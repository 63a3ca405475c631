import { extent, roundSteps } from "../../charts/ticks.js";
import {
  accuracyAxis,
  errorAxis,
  errorOf,
  lossAxis,
  type ValueAxis,
  withTick,
} from "../../charts/value-axis.js";
import type { ArmCurves, CurveData, CurveLine } from "./curve-data.js";

/** What a reader has chosen. */
export interface CurveView {
  /** The place of the metric. */
  readonly metric: number;
  readonly x: "epoch" | "step" | "second";
  /** The places of the arms in colour. */
  readonly coloured: ReadonlySet<number>;
  /** Whether the other arms are drawn in grey. */
  readonly withOthers: boolean;
  /** Pixels. */
  readonly width: number;
}

/** One line with its positions in pixels. */
export interface PlottedLine {
  /** The place of its arm. */
  readonly arm: number;
  /** The number of its colour. */
  readonly colour: number;
  readonly isColoured: boolean;
  readonly line: CurveLine;
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  readonly xValues: readonly number[];
}

/** Everything that is drawn, with positions in pixels. */
export interface Plot {
  readonly width: number;
  readonly height: number;
  readonly xTitle: string;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  /** Grey lines first. */
  readonly lines: readonly PlottedLine[];
  /** The position of a value on the vertical axis. */
  readonly yOf: (value: number) => number;
}

interface Tick {
  readonly at: number;
  readonly text: string;
}

export const MARGIN = { left: 58, right: 18, top: 12, bottom: 44 };

/** Places lines and ticks; undefined if no line is chosen. The axes fit the lines that are drawn. */
export function plotCurves(data: CurveData, view: CurveView): Plot | undefined {
  const { metric, x, coloured, withOthers, width } = view;
  const chosen = data.arms.flatMap((arm, i) =>
    arm.lines
      .filter((line) => line.metric === metric && (coloured.has(i) || (withOthers && line.isMean)))
      .map((line) => ({
        arm: i,
        colour: arm.colour,
        line,
        isColoured: coloured.has(i),
        xValues: xValuesOf(line, arm, x),
      })),
  );
  if (chosen.length === 0) return undefined;
  const height = Math.round(Math.min(440, Math.max(280, width * 0.5)));
  const { scale, best } = data.metrics[metric]!;
  const values = chosen.flatMap(({ line, isColoured }) =>
    isColoured ? [...line.values, ...(line.low ?? []), ...(line.high ?? [])] : line.values,
  );
  const fitting = axisFor(scale, values);
  const axis = best === undefined ? fitting : withTick(fitting, best);
  const yOf = vertical(axis, height);
  const [, end] = extent(chosen.flatMap(({ xValues }) => xValues));
  const last = end > 0 ? end : 1;
  const xOf = (value: number) => MARGIN.left + (value / last) * (width - MARGIN.left - MARGIN.right);
  const steps = roundSteps(0, last).filter((tick) => x === "second" || Number.isInteger(tick));
  const room = Math.floor(width / 70);
  const stride = Math.ceil(steps.length / room);
  return {
    width,
    height,
    xTitle: X_TITLES[x],
    xTicks: steps
      .filter((_, i) => i % stride === 0)
      .map((tick) => ({ at: xOf(tick), text: tick.toLocaleString("en") })),
    yTicks: axis.ticks.map((tick) => ({
      at: vertical(axis, height, true)(tick),
      text: String(Number((axis.asError ? 1 - tick : tick).toPrecision(6))),
    })),
    lines: chosen
      .map((each) => ({ ...each, xs: each.xValues.map(xOf), ys: each.line.values.map(yOf) }))
      .sort((a, b) => Number(a.isColoured) - Number(b.isColoured)),
    yOf,
  };
}

const X_TITLES = { epoch: "epoch", step: "training step", second: "training time, s (steps only)" };

function xValuesOf({ epochs, seconds }: CurveLine, { stepsAnEpoch }: ArmCurves, x: CurveView["x"]) {
  if (x === "second") return seconds;
  return x === "epoch" ? epochs : epochs.map((epoch) => epoch * stepsAnEpoch);
}

/** Accuracies that are close to 1 need an axis that is logarithmic in the error; others do not. */
function axisFor(scale: "accuracy" | "loss", values: readonly number[]): ValueAxis {
  if (scale === "loss") return lossAxis("")(values);
  const [, highest] = extent(values);
  return highest > 0.8 ? errorAxis(values) : accuracyAxis(values);
}

/** @param isPlace whether values are given as the axis places them: errors instead of accuracies */
export function vertical({ type, domain, asError }: ValueAxis, height: number, isPlace = false) {
  const scale = type === "log" ? Math.log : (value: number) => value;
  const [low, high] = domain.map(scale) as [number, number];
  return (value: number) => {
    const share = (scale(asError && !isPlace ? errorOf(value) : value) - low) / (high - low);
    return MARGIN.top + (asError ? share : 1 - share) * (height - MARGIN.top - MARGIN.bottom);
  };
}
