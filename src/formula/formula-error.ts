import { OptimbenchError } from "../errors.js";

const MOST_SHOWN = 100;

/** An error in a formula: the problem and, if `text` is given, that line with a caret below the position. */
export function formulaError(problem: string, text?: string, offset = 0, path?: string): OptimbenchError {
  if (text === undefined) return new OptimbenchError("FORMULA", problem);
  const before = text.slice(0, offset).split("\n");
  const column = before.at(-1)!.length;
  const first = Math.max(0, column - MOST_SHOWN / 2); // show only the part of a long line around the position
  const line = text
    .split("\n")
    [before.length - 1]!.slice(first, first + MOST_SHOWN)
    .replaceAll(/\s/g, " ");
  const place = `line ${before.length}, column ${column + 1}`;
  return new OptimbenchError(
    "FORMULA",
    `${problem} (${place})\n  ${line.trimEnd()}\n  ${" ".repeat(column - first)}^`,
    { path },
  );
}
