import { bytes, concat, double, float, integer, text } from "../../system/protobuf.js";

/** An event of TensorBoard: the values of some scalars at a step. */
export interface ScalarEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
  /** Values by tag, such as "validation/accuracy". */
  readonly scalars: Readonly<Record<string, number>>;
}

/** The first event of a file says what the others are. */
export const versionEvent = (wallTime: number): Uint8Array =>
  concat([double(1, wallTime), text(3, "brain.Event:2")]);

/** An event in the format of protocol buffers. Source: tensorboard/compat/proto/event.proto and summary.proto. */
export function encodeEvent({ wallTime, step, scalars }: ScalarEvent): Uint8Array {
  const values = Object.entries(scalars).map(([tag, value]) =>
    bytes(1, concat([text(1, tag), float(2, value)])),
  );
  return concat([
    double(1, wallTime),
    ...(step === 0 ? [] : [integer(2, step)]), // zero is the default and has no field
    bytes(5, concat(values)),
  ]);
}
