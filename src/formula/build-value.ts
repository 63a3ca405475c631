import { build, type Functions } from "./expressions.js";
import { formulaError } from "./formula-error.js";
import type { Names } from "./names.js";
import type { Term } from "./node-table.js";
import { statements } from "./statements.js";

/**
 * Builds a formula with one value: optional assignments, followed by an expression.
 *
 * @param what names the value in errors, such as "loss"
 * @throws OptimbenchError (FORMULA) with line and column
 */
export function buildValue(
  names: Names,
  functions: Functions,
  what: string,
): { readonly value: Term; readonly start: number } {
  const { text } = names;
  const list = statements(text);
  const last = list.pop()!;
  for (const { target, expression } of list) {
    if (target === undefined)
      throw formulaError(
        "Only the last statement may be an expression; the others must be assignments.",
        text,
        expression.start,
      );
    names.checkTarget(target);
    names.assign(target, build(expression, names, functions));
  }
  if (last.target !== undefined)
    throw formulaError(
      `The last statement must be the ${what}: an expression, not an assignment.`,
      text,
      last.target.start,
    );
  return { value: build(last.expression, names, functions), start: last.expression.start };
}
