import type { TopLevelSpec } from "vega-lite";
import { CHART_CONFIG, colourOf } from "./chart-style.js";
import { roundSteps } from "./ticks.js";

export interface ScheduleChart {
  readonly title: string;
  readonly subtitle: string;
  /** Of each step. */
  readonly rates: Float64Array;
  readonly stepsPerEpoch: number;
}

/** More points than this would not be seen. */
const MOST_POINTS = 2000;

/** The learning rate from step to step, over the epochs. */
export function scheduleChart({ title, subtitle, rates, stepsPerEpoch }: ScheduleChart): TopLevelSpec {
  const stride = Math.ceil(rates.length / MOST_POINTS);
  const shown = Array.from({ length: Math.ceil(rates.length / stride) }, (_, i) => i * stride);
  const highest = rates.reduce((most, rate) => Math.max(most, rate), 0) || 1;
  const epochs = rates.length / stepsPerEpoch;
  const values = shown.map((step) => ({
    epoch: step / stepsPerEpoch,
    rate: rates[step],
  }));
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description: `${title}: the learning rate of ${rates.length} steps.`,
    title: { text: title, subtitle, limit: 760 },
    width: 620,
    height: 300,
    config: CHART_CONFIG,
    // A rate holds until the next step; the last until the end.
    data: { values: [...values, { epoch: epochs, rate: rates.at(-1) }] },
    mark: { type: "line", interpolate: "step-after", strokeWidth: 2.2, color: colourOf(0) },
    encoding: {
      x: {
        field: "epoch",
        type: "quantitative",
        title: "epochs done",
        scale: { domain: [0, epochs], nice: false },
        axis: { tickMinStep: 1, tickCount: 10, format: "d", labelFlush: false },
      },
      y: {
        field: "rate",
        type: "quantitative",
        title: "learning rate",
        scale: { domain: [0, 1.05 * highest], nice: false },
        axis: { values: roundSteps(0, highest), labelExpr: "format(datum.value, '.6~g')" },
      },
    },
  };
}
