import { isReached } from "./row.mjs";

/** A row's cells: what, goal, measured, from round to round, whether it is reached. */
export function rowCells(row) {
  const { what, goal, unit, value, spread, against } = row;
  const number = (each) => String(Number(each.toPrecision(each >= 100 ? 3 : 2)));
  const withUnit = (each) => (unit === "" ? each : `${each} ${unit}`);
  return [
    what,
    withUnit(goal.atMost === undefined ? `at least ${goal.atLeast}` : `at most ${goal.atMost}`),
    withUnit(number(value)) + (against === undefined ? "" : ` (${against})`),
    spread[0] === spread[1] ? "" : `${number(spread[0])} to ${number(spread[1])}`,
    isReached(row) ? "yes" : "no",
  ];
}

export const ROW_HEAD = ["what", "goal", "measured", "from round to round", "reached"];
