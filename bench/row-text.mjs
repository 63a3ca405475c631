import { isReached } from "./row.mjs";

/** A row's cells, in the order of ROW_HEAD. The spread is the lowest and the highest round. */
export function rowCells(row) {
  const { what, goal, unit, value, spread, against } = row;
  const withUnit = (each) => (unit === "" ? each : `${each} ${unit}`);
  return [
    what,
    withUnit(goal.atMost === undefined ? `at least ${goal.atLeast}` : `at most ${goal.atMost}`),
    (value === null ? "not reached" : withUnit(numberText(value))) +
      (against === undefined ? "" : ` (${against})`),
    spread[0] === spread[1] ? "" : `${numberText(spread[0])} to ${numberText(spread[1])}`,
    isReached(row) ? "yes" : "no",
  ];
}

/** Two significant digits, or all digits before the decimal point. */
export const numberText = (value) => (value >= 100 ? String(Math.round(value)) : value.toPrecision(2));

export const ROW_HEAD = ["what", "goal", "measured", "spread", "reached"];
