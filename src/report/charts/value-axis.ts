import { type AxisRange, linearRange, logRange } from "./ticks.js";

/** The y axis of a chart: how a value is placed and how it is labelled. */
export interface ValueAxis extends AxisRange {
  readonly title: string;
  /** What must be said about it. */
  readonly note?: string;
  readonly type: "linear" | "log";
  /** The axis shows `1 - value` and runs downwards, labelled with the value. */
  readonly asError: boolean;
}

/** The axis with an extra tick at a value, in place of ticks whose labels would touch that one's. */
export function withTick(axis: ValueAxis, value: number): ValueAxis {
  const scale = axis.type === "log" ? Math.log : (each: number) => each;
  const [low, high] = axis.domain.map(scale) as [number, number];
  const tick = axis.asError ? errorOf(Number(value.toFixed(4))) : Number(value.toPrecision(4));
  if (tick < axis.domain[0] || tick > axis.domain[1]) return axis;
  const apart = (other: number) => Math.abs(scale(other) - scale(tick)) / (high - low) > 0.045;
  return { ...axis, ticks: [...axis.ticks.filter(apart), tick].sort((a, b) => a - b) };
}

/** Accuracy as it is. */
export const accuracyAxis = (values: readonly number[]): ValueAxis => ({
  title: "accuracy",
  type: "linear",
  asError: false,
  ...linearRange(values, [0, 1], 0.01),
});

/** Accuracy by the logarithm of the error, so that 0.98 and 0.99 stand as far apart as 0.8 and 0.9. */
export const errorAxis = (values: readonly number[]): ValueAxis => ({
  title: "accuracy",
  note: "Axis logarithmic in the error: 0.98 to 0.99 spans as much as 0.8 to 0.9",
  type: "log",
  asError: true,
  ...logRange(values.map(errorOf)),
});

/** A loss: logarithmic, unless it is zero or negative somewhere, or so near zero that all else would shrink. */
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

/** No wrong image at all has no logarithm: it is drawn as one wrong in 20,000. */
export const errorOf = (accuracy: number) => Math.max(1 - accuracy, 5e-5);
