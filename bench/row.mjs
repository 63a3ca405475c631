import { quantile } from "simple-statistics";

/**
 * A row of a record: what was measured, what it should reach, and all that was measured for it, round by round.
 *
 * @typedef {{ what: string, goal: { atMost: number } | { atLeast: number }, unit: string, value: number | null,
 *   spread: [number, number], optimizer?: string, against?: string, measured: Record<string, number[]>, measuredUnit: string }} Row
 */

export const mean = (values) => values.reduce((sum, each) => sum + each, 0) / values.length;
export const median = (values) => quantile([...values], 0.5);

/** A quotient of two medians; its spread is from the least to the greatest quotient of a round. */
export const ratio = (over, under) => ({
  value: median(over) / median(under),
  spread: ends(over.map((each, i) => each / under[i])),
});

/** A median; its spread is from the least to the greatest round. */
export const single = (values) => ({ value: median(values), spread: ends(values) });

/** Our time over that of the peer whose median is the least. */
export function toFasterPeer({ optimbench, ...peers }) {
  const [against, least] = Object.entries(peers).sort(([, a], [, b]) => median(a) - median(b))[0];
  return { ...ratio(optimbench, least), against };
}

/** Whether a row is what it should be; one without a value is not. */
export const isReached = ({ goal, value }) =>
  value !== null && (goal.atMost === undefined ? value >= goal.atLeast : value <= goal.atMost);

const ends = (values) => [Math.min(...values), Math.max(...values)];
