import { extent } from "../../charts/ticks.js";
import { accuracyAxis, errorAxis, errorOf, type ValueAxis } from "../../charts/value-axis.js";
import { type Html, html } from "../html.js";

/** A mean with its interval and the values it is of. */
export interface Interval {
  readonly mean: number;
  /** Equal to the mean if there is no interval. */
  readonly low: number;
  readonly high: number;
  readonly values: readonly number[];
}

/** Arms with more than this multiple of the best arm's error lie beyond the axis, so that it resolves those near the best. */
const FARTHEST = 8;

/** The axis that all rows share. It fits the values, not the intervals: that of two seeds can be wider than everything else. */
export function intervalAxis(intervals: readonly Interval[]): ValueAxis {
  const all = intervals.flatMap(({ mean, values }) => [mean, ...values]);
  const [, best] = extent(intervals.map(({ mean }) => mean));
  if (best <= 0.8) return accuracyAxis(all);
  const near = intervals.filter(({ mean }) => errorOf(mean) <= FARTHEST * errorOf(best));
  return errorAxis(near.flatMap(({ mean, values }) => [mean, ...values]));
}

const MOST_DOTS = 60;

/** A line for the interval, a dot for each value, a mark for the mean. */
export function intervalPlot({ mean, low, high, values }: Interval, axis: ValueAxis): Html {
  const share = shareOn(axis);
  if (share(mean) < 0)
    return html`<svg class="interval" width="100%" height="18" aria-hidden="true"><path class="beyond" d="M9 4v10l-8 -5z"/></svg>`;
  const inside = values.slice(0, MOST_DOTS).filter((value) => share(value) >= 0);
  return html`<svg class="interval" width="100%" height="18" aria-hidden="true">${
    low < high
      ? html`<line class="range" x1="${percent(share(low))}" x2="${percent(share(high))}" y1="9" y2="9"/>`
      : undefined
  }${inside.map((value) => html`<circle class="seed" cx="${percent(share(value))}" cy="9" r="2.5"/>`)}<circle class="mean" cx="${percent(share(mean))}" cy="9" r="4"/></svg>`;
}

/** The ticks above the rows, as many as fit beside one another, from the best accuracy down. */
export function intervalTicks(axis: ValueAxis): Html {
  const share = shareOn(axis);
  const all = axis.ticks
    .map((tick) => (axis.asError ? Number((1 - tick).toPrecision(6)) : tick))
    .sort((a, b) => b - a);
  const ticks: number[] = [];
  for (const tick of all) if (ticks.every((other) => share(other) - share(tick) >= 0.2)) ticks.push(tick);
  return html`<svg class="interval" width="100%" height="18" aria-hidden="true">${ticks.map(
    (tick) =>
      html`<line class="tick" x1="${percent(share(tick))}" x2="${percent(share(tick))}" y1="14" y2="18"/><text x="${percent(share(tick))}" y="11" text-anchor="${anchorAt(share(tick))}">${String(tick)}</text>`,
  )}</svg>`;
}

/** Keeps the text at an end of the axis inside the picture. */
const anchorAt = (share: number) => (share < 0.1 ? "start" : share > 0.9 ? "end" : "middle");

/** The share of the axis' width at which a value lies; negative for one below it. */
function shareOn({ type, domain, asError }: ValueAxis) {
  const scale = type === "log" ? Math.log : (value: number) => value;
  const [low, high] = domain.map(scale) as [number, number];
  return (value: number) => {
    const share = (scale(asError ? errorOf(value) : value) - low) / (high - low);
    return asError ? 1 - share : share;
  };
}

const percent = (share: number) =>
  `${(100 * (0.04 + 0.92 * Math.min(1.04, Math.max(-0.04, share)))).toFixed(1)}%`;
