import { OptimbenchError } from "../errors.js";

/** A mistake at a place in a formula: the message, then the line with a caret under the place. */
export function formulaError(text: string, offset: number, problem: string): OptimbenchError {
  const before = text.slice(0, offset).split("\n");
  const line = text.split("\n")[before.length - 1] ?? "";
  const column = before.at(-1)!.length;
  const place = `line ${before.length}, column ${column + 1}`;
  return new OptimbenchError("FORMULA", `${problem} (${place})\n  ${line}\n  ${" ".repeat(column)}^`);
}
