import { OptimbenchError } from "../errors.js";

const MOST_SHOWN = 100;

/** A mistake in a formula: the problem and, where it has a place in the text, that line with a caret under it. */
export function formulaError(problem: string, text?: string, offset = 0, path?: string): OptimbenchError {
  if (text === undefined) return new OptimbenchError("FORMULA", problem);
  const before = text.slice(0, offset).split("\n");
  const column = before.at(-1)!.length;
  const first = Math.max(0, column - MOST_SHOWN / 2); // of a very long line, only the part around the place
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
