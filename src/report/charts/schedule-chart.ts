import type { TopLevelSpec } from "vega-lite";
import { CHART_CONFIG, colourOf, VEGA_LITE } from "./chart-style.js";
import { chartTitle } from "./chart-text.js";
import { roundSteps } from "./ticks.js";

interface ScheduleChart {
  readonly title: string;
  readonly subtitle: string;
  /** The learning rate of each step. */
  readonly rates: Float64Array;
  /** The momentum of each step; undefined if the schedule does not change it. */
  readonly momenta?: Float64Array | undefined;
  readonly stepsPerEpoch: number;
}

const WIDTH = 620;
/** The most points per line: more than a chart can resolve. */
const MOST_POINTS = 2000;

/** A chart of the learning rate over the epochs and, if the schedule changes it, the momentum below. */
export function scheduleChart(chart: ScheduleChart): TopLevelSpec {
  const { title, subtitle, rates, momenta, stepsPerEpoch } = chart;
  const panels = [
    panel("learning rate", rates, stepsPerEpoch, 300),
    ...(momenta === undefined ? [] : [panel("momentum", momenta, stepsPerEpoch, 140)]),
  ];
  return {
    $schema: VEGA_LITE,
    description: `${title}: the learning rate over ${rates.length} steps.`,
    title: chartTitle(title, [subtitle], WIDTH),
    config: CHART_CONFIG,
    vconcat: panels,
  };
}

type Panel = Extract<TopLevelSpec, { readonly vconcat: unknown }>["vconcat"][number];

function panel(name: string, values: Float64Array, stepsPerEpoch: number, height: number): Panel {
  const stride = Math.ceil(values.length / MOST_POINTS);
  const steps = Array.from({ length: Math.ceil(values.length / stride) }, (_, i) => i * stride);
  const highest = values.reduce((most, value) => Math.max(most, value), 0) || 1;
  const epochs = values.length / stepsPerEpoch;
  const points = steps.map((step) => ({ epoch: step / stepsPerEpoch, value: values[step] }));
  return {
    width: WIDTH,
    height,
    // Each value holds until the next step; the last holds until the end.
    data: { values: [...points, { epoch: epochs, value: values.at(-1) }] },
    mark: { type: "line", interpolate: "step-after", strokeWidth: 2.2, color: colourOf(0) },
    encoding: {
      x: {
        field: "epoch",
        type: "quantitative",
        title: "completed epochs",
        scale: { domain: [0, epochs], nice: false },
        axis: { tickMinStep: 1, tickCount: 10, format: "d", labelFlush: false },
      },
      y: {
        field: "value",
        type: "quantitative",
        title: name,
        scale: { domain: [0, 1.05 * highest], nice: false },
        axis: { values: roundSteps(0, highest), labelExpr: "format(datum.value, '.6~g')" },
      },
    },
  };
}
