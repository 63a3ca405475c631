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
  concat([double(1, wallTime), bytes(3, utf8("brain.Event:2"))]);

/** An event in the format of protocol buffers. Source: tensorboard/compat/proto/event.proto and summary.proto. */
export function encodeEvent({ wallTime, step, scalars }: ScalarEvent): Uint8Array {
  const values = Object.entries(scalars).map(([tag, value]) =>
    bytes(1, concat([bytes(1, utf8(tag)), float(2, value)])),
  );
  return concat([
    double(1, wallTime),
    ...(step === 0 ? [] : [key(2, VARINT), varint(step)]), // zero is the default and has no field
    bytes(5, concat(values)),
  ]);
}

const VARINT = 0;
const EIGHT_BYTES = 1;
const LENGTH = 2;
const FOUR_BYTES = 5;

const key = (field: number, type: number) => Uint8Array.of((field << 3) | type);

function double(field: number, value: number): Uint8Array {
  const data = new Uint8Array(8);
  new DataView(data.buffer).setFloat64(0, value, true);
  return concat([key(field, EIGHT_BYTES), data]);
}

function float(field: number, value: number): Uint8Array {
  const data = new Uint8Array(4);
  new DataView(data.buffer).setFloat32(0, value, true);
  return concat([key(field, FOUR_BYTES), data]);
}

const bytes = (field: number, data: Uint8Array) => concat([key(field, LENGTH), varint(data.length), data]);

function varint(value: number): Uint8Array {
  const data: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) data.push((rest % 0x80) | 0x80);
  return Uint8Array.of(...data, rest);
}

const utf8 = (text: string) => new TextEncoder().encode(text);
const concat = (parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);
