import type { BinaryExpression, CallExpression, Expression, Identifier } from "acorn";
import { didYouMean } from "../validation/nearest.js";
import { formulaError } from "./formula-error.js";
import { COMPARISONS, type FormulaFunction, FUNCTIONS, OPERATORS } from "./functions.js";
import type { Operation } from "./graph.js";
import type { Names } from "./names.js";
import type { Term } from "./node-table.js";

/** The functions that a kind of formula may call. */
export type Functions = ReadonlyMap<string, FormulaFunction>;

const MOST_DEPTH = 200;
const INSTEAD: Readonly<Record<string, string>> = {
  ConditionalExpression: "Use where(condition, a, b) instead of `? :`.",
  LogicalExpression: "Use where(condition, a, b), or multiply the conditions.",
  MemberExpression: "Names have no members: write sqrt(x), not Math.sqrt(x).",
  AssignmentExpression: "Write an assignment as a separate statement.",
  "^": " Write `**` for a power.",
  "===": " Write `==`.",
  "!==": " Write `!=`.",
  "!": " Write `1 - x` or `x == 0`.",
};
/** Explains where a function of another family may be used. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  matrix: "works on the rows and columns of a parameter: call it in a block such as `matrices: { ... }`.",
  "along-classes": "works along the classes, and only in losses.",
};

/** Adds an expression to the graph of `names`. */
export function build(expression: Expression, names: Names, functions: Functions, depth = 0): Term {
  const fail = (problem: string) => formulaError(problem, names.text, expression.start);
  const inner = (each: Expression) => build(each, names, functions, depth + 1);
  if (depth > MOST_DEPTH) throw fail("Nested too deeply. Assign parts of the expression to names.");
  switch (expression.type) {
    case "Literal":
      if (typeof expression.value !== "number") throw fail("Expected a number.");
      if (!Number.isFinite(expression.value)) throw fail("Expected a finite number.");
      return names.graph.constant(expression.value);
    case "Identifier":
      return variable(expression, names);
    case "ParenthesizedExpression":
      return inner(expression.expression);
    case "UnaryExpression": {
      const argument = inner(expression.argument);
      if (expression.operator === "+") return argument;
      if (expression.operator === "-")
        return names.graph.operation("negate", [argument], expression.start, (x) => -x!);
      throw fail(unknownOperator(expression.operator));
    }
    case "BinaryExpression":
      return binary(expression, names, inner);
    case "CallExpression":
      return call(expression, names, functions, inner);
    default:
      throw fail(
        INSTEAD[expression.type] ?? "A formula can contain only numbers, names, arithmetic and functions.",
      );
  }
}

function variable({ name, start }: Identifier, names: Names): Term {
  const found = names.read(name);
  if (found !== undefined) return found;
  const hint = Object.hasOwn(FUNCTIONS, name)
    ? ` It is a function: write ${name}(...).`
    : didYouMean(name, names.all());
  throw formulaError(`Unknown name \`${name}\`.${hint}`, names.text, start);
}

function binary(
  { operator, left, right, start }: BinaryExpression,
  names: Names,
  inner: (each: Expression) => Term,
): Term {
  const fail = (problem: string) => formulaError(problem, names.text, start);
  const found = OPERATORS.get(operator);
  if (found === undefined || left.type === "PrivateIdentifier") throw fail(unknownOperator(operator));
  if (COMPARISONS.has(operator) && left.type === "BinaryExpression" && COMPARISONS.has(left.operator))
    throw fail("Comparisons cannot be chained: multiply two of them.");
  const offset = names.text.indexOf(operator, left.end);
  return names.graph.operation(found.operation, [inner(left), inner(right)], offset, (a, b) =>
    found.fold(a!, b!),
  );
}

const unknownOperator = (operator: string) =>
  `The operator \`${operator}\` is not supported in formulas.${INSTEAD[operator] ?? ""}`;

function call(
  expression: CallExpression,
  names: Names,
  functions: Functions,
  inner: (each: Expression) => Term,
): Term {
  const { callee } = expression;
  const fail = (problem: string, at: { start: number } = callee) =>
    formulaError(problem, names.text, at.start);
  if (callee.type !== "Identifier")
    throw fail(INSTEAD[callee.type] ?? "Only functions can be called. Write `*` to multiply.");
  const { name } = callee;
  const found = functions.get(name);
  if (found === undefined) {
    const elsewhere =
      Object.hasOwn(FUNCTIONS, name) && ELSEWHERE[FUNCTIONS[name as keyof typeof FUNCTIONS].family];
    if (elsewhere) throw fail(`\`${name}\` ${elsewhere}`);
    const known = [...functions.keys()];
    const hint = names.all().includes(name) ? " Write `*` to multiply." : didYouMean(name, known);
    throw fail(`Unknown function \`${name}\`.${hint} Known: ${known.join(", ")}.`);
  }
  const args = expression.arguments.map((argument) => {
    if (argument.type === "SpreadElement") throw fail("Expected an expression.", argument);
    return inner(argument);
  });
  const { arity } = found;
  if (args.length !== arity)
    throw fail(`\`${name}\` takes ${arity} argument${arity === 1 ? "" : "s"}, not ${args.length}.`);
  const fold = found.family === "elementwise" ? found.fold : undefined;
  return names.graph.operation(name as Operation, args, callee.start, fold);
}
