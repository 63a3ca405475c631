import { isReached } from "./row.mjs";

/** A row's cells, in the order of ROW_HEAD. */
export function rowCells(row) {
  const { what, value, against } = row;
  return [
    what,
    goalText(row),
    (value === null ? "not reached" : withUnit(row, numberText(value))) +
      (against === undefined ? "" : ` (${against})`),
    spreadText(row),
    isReached(row) ? "yes" : "no",
  ];
}

export const goalText = ({ goal, ...row }) =>
  withUnit(row, goal.atMost === undefined ? `at least ${goal.atLeast}` : `at most ${goal.atMost}`);

/** The lowest and the highest round. */
export const spreadText = ({ spread: [least, most] }) =>
  least === most ? "" : `${numberText(least)} to ${numberText(most)}`;

/** Two significant digits, or all digits before the decimal point. */
export const numberText = (value) => (value >= 100 ? String(Math.round(value)) : value.toPrecision(2));

const withUnit = ({ unit }, text) => (unit === "" ? text : `${text} ${unit}`);

export const ROW_HEAD = ["what", "goal", "measured", "spread", "reached"];
