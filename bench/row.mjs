import { quantile } from "simple-statistics";

/**
 * A row of a record: what was measured, its goal, and the measurements of every round.
 *
 * @typedef {{ what: string, goal: { atMost: number } | { atLeast: number }, unit: string, value: number | null,
 *   spread: [number, number], optimizer?: string, against?: string, measured: Record<string, number[]>, measuredUnit: string }} Row
 */

export const mean = (values) => values.reduce((sum, each) => sum + each, 0) / values.length;
export const median = (values) => quantile([...values], 0.5);

/** The ratio of two medians. Its spread is the lowest and the highest ratio of a round. */
export const ratio = (over, under) => ({
  value: median(over) / median(under),
  spread: ends(over.map((each, i) => each / under[i])),
});

/** A median. Its spread is the lowest and the highest round. */
export const single = (values) => ({ value: median(values), spread: ends(values) });

/** Our time relative to that of the peer with the lowest median. */
export function toFasterPeer({ optimbench, ...peers }) {
  const [against, least] = Object.entries(peers).sort(([, a], [, b]) => median(a) - median(b))[0];
  return { ...ratio(optimbench, least), against };
}

/** Whether a row reaches its goal. A row without a value does not. */
export const isReached = ({ goal, value }) =>
  value !== null && (goal.atMost === undefined ? value >= goal.atLeast : value <= goal.atMost);

const ends = (values) => [Math.min(...values), Math.max(...values)];
