import { OptimbenchError } from "../errors.js";
import { expressionText, operatorSign } from "./expression-text.js";
import { type FormulaFunction, FUNCTIONS } from "./functions.js";
import type { Operation, UpdateGraph } from "./graph.js";

/** What native code says where an update does not suit a parameter's shape (native/core/update/update.cc). */
const MISFIT = /the update does not fit(?: (\S+))?: block (\d+), node (\d+): (?:shapes (.*)|(.*))$/s;
const LONGEST = 120;

/**
 * Calls native code with an update: where the formula does not suit the shapes of the model's parameters, that is a mistake
 * of the formula.
 *
 * @throws OptimbenchError (FORMULA) that names the optimizer, the parameter, the expression and the rule
 */
export function withMisfits<Result>(update: UpdateGraph, call: () => Result): Result {
  try {
    const result = call();
    return result instanceof Promise ? (result.catch((error) => fail(error, update)) as Result) : result;
  } catch (error) {
    return fail(error, update);
  }
}

function fail(error: unknown, { name, blocks }: UpdateGraph): never {
  const found = error instanceof OptimbenchError ? MISFIT.exec(error.message) : null;
  if (found === null) throw error;
  const [, parameter, block, place, shapes, problem] = found;
  const { nodes } = blocks[Number(block)]!;
  const text = expressionText(nodes, Number(place));
  const expression = text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
  throw new OptimbenchError(
    "FORMULA",
    `The formula of optimizer "${name}" does not fit ${parameter?.startsWith("shapes[") === false ? parameter : "a parameter"}: ` + // no model has named it
      `${problem ?? ruleOf(nodes[Number(place)]!.op as Operation, shapes!)}, in \`${expression}\`.`,
    { cause: error },
  );
}

function ruleOf(op: Operation, shapes: string): string {
  const found: FormulaFunction | undefined = Object.hasOwn(FUNCTIONS, op)
    ? FUNCTIONS[op as keyof typeof FUNCTIONS]
    : undefined;
  const rule =
    op === "matmul"
      ? "as many columns on its left as rows on its right"
      : op === "reshape"
        ? "as many numbers in both"
        : found?.shape === "matrix" || found?.shape === "size"
          ? "rows and columns (call it in a block such as `matrices: { ... }`)"
          : "equal shapes, or a number, a row or a column for one of them";
  return `\`${operatorSign(op) ?? op}\` needs ${rule}, and is given ${shapes}`;
}
