import { type AxisRange, linearRange, logRange } from "./ticks.js";

/** The y axis of a chart: how values are positioned and labelled. */
export interface ValueAxis extends AxisRange {
  readonly title: string;
  /** An explanation for the reader. */
  readonly note?: string;
  readonly type: "linear" | "log";
  /** The axis shows `1 - value` and runs downwards, labelled with the value. */
  readonly asError: boolean;
}

/** The axis as an encoding of the field "y". */
export const yEncoding = (axis: ValueAxis) => ({
  field: "y" as const,
  type: "quantitative" as const,
  title: axis.title,
  scale: { type: axis.type, domain: [...axis.domain], nice: false, reverse: axis.asError },
  axis: {
    values: [...axis.ticks],
    labelExpr: axis.asError ? "format(1 - datum.value, '.6~f')" : "format(datum.value, '.6~g')",
  },
});

/** Adds a tick at a value, and removes ticks whose labels would overlap it. */
export function withTick(axis: ValueAxis, value: number): ValueAxis {
  const scale = axis.type === "log" ? Math.log : (each: number) => each;
  const [low, high] = axis.domain.map(scale) as [number, number];
  const tick = axis.asError ? errorOf(Number(value.toFixed(4))) : Number(value.toPrecision(4));
  if (tick < axis.domain[0] || tick > axis.domain[1]) return axis;
  const apart = (other: number) => Math.abs(scale(other) - scale(tick)) / (high - low) > 0.045;
  return { ...axis, ticks: [...axis.ticks.filter(apart), tick].sort((a, b) => a - b) };
}

/** A linear axis of accuracy. */
export const accuracyAxis = (values: readonly number[]): ValueAxis => ({
  title: "accuracy",
  type: "linear",
  asError: false,
  ...linearRange(values, [0, 1], 0.01),
});

/** An axis of accuracy that is logarithmic in the error, so that 0.98 to 0.99 spans as much as 0.8 to 0.9. */
export const errorAxis = (values: readonly number[]): ValueAxis => ({
  title: "accuracy",
  note: "Axis logarithmic in the error: 0.98 to 0.99 spans as much as 0.8 to 0.9",
  type: "log",
  asError: true,
  ...logRange(values.map(errorOf)),
});

/** An axis of a loss: logarithmic, unless a value is negative, zero, or so close to zero that the others would be compressed. */
export const lossAxis =
  (loss: string) =>
  (values: readonly number[]): ValueAxis =>
    values.every((value) => value > 1e-30)
      ? { title: "loss", note: `${loss}, logarithmic axis`, type: "log", asError: false, ...logRange(values) }
      : {
          title: "loss",
          note: loss,
          type: "linear",
          asError: false,
          ...linearRange(values, [-Infinity, Infinity], 1e-6),
        };

/** The error, at least one in 20,000, because an error of 0 has no logarithm. */
export const errorOf = (accuracy: number) => Math.max(1 - accuracy, 5e-5);
