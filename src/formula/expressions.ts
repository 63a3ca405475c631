import type { Expression } from "acorn";
import { didYouMean } from "../config/nearest.js";
import { formulaError } from "./formula-error.js";
import { BINARY_OPERATORS, type FormulaFunction, FUNCTIONS } from "./functions.js";
import type { Operation } from "./graph.js";
import type { GraphBuilder, Term } from "./graph-builder.js";

/** Where a formula stands: its text, its graph, and what its names mean at this point. */
export interface Scope {
  readonly text: string;
  readonly graph: GraphBuilder;
  /** What vectors are, in words: "a vector over the parameters" or "a row of classes". */
  readonly vector: string;
  /** Whether softmax and logSoftmax make sense. */
  readonly classes: boolean;
  /** The value a name has here, if it has one. */
  lookUp(name: string): Term | undefined;
  /** Every name there is, for suggestions. */
  names(): string[];
}

const MOST_DEPTH = 200;
const UNSUPPORTED: Readonly<Record<string, string>> = {
  ConditionalExpression: "Use where(condition, a, b) in place of `? :`.",
  LogicalExpression: "Use where(condition, a, b), or multiply conditions.",
  MemberExpression: "A name has no members: write sqrt(x), not Math.sqrt(x).",
  AssignmentExpression: "An assignment stands on a line of its own.",
};

/** Adds an expression to the graph. */
export function build(expression: Expression, scope: Scope, depth = 0): Term {
  const { text, graph } = scope;
  const fail = (problem: string, at: { start: number } = expression) => formulaError(text, at.start, problem);
  if (depth > MOST_DEPTH) throw fail("The formula is nested too deeply.");
  switch (expression.type) {
    case "Literal":
      if (typeof expression.value !== "number") throw fail("Expected a number.");
      return graph.constant(expression.value);
    case "Identifier": {
      const found = scope.lookUp(expression.name);
      if (found !== undefined) return found;
      throw fail(`Unknown name \`${expression.name}\`.${didYouMean(expression.name, scope.names())}`);
    }
    case "ParenthesizedExpression":
      return build(expression.expression, scope, depth + 1);
    case "UnaryExpression": {
      const argument = build(expression.argument, scope, depth + 1);
      if (expression.operator === "+") return argument;
      if (expression.operator === "-") return graph.elementwise("negate", [argument], (x) => -x!);
      throw fail(`The operator \`${expression.operator}\` has no meaning in a formula.`);
    }
    case "BinaryExpression": {
      const operator = BINARY_OPERATORS[expression.operator];
      if (operator === undefined)
        throw fail(`The operator \`${expression.operator}\` has no meaning in a formula.`);
      if (expression.left.type === "PrivateIdentifier") throw fail("Expected a number.");
      const left = build(expression.left, scope, depth + 1);
      const right = build(expression.right, scope, depth + 1);
      return graph.elementwise(operator.operation, [left, right], (a, b) => operator.fold(a!, b!));
    }
    case "CallExpression": {
      const { callee } = expression;
      if (callee.type !== "Identifier") throw fail(UNSUPPORTED.MemberExpression!, callee);
      const args = expression.arguments.map((argument) => {
        if (argument.type === "SpreadElement") throw fail("Expected an expression.", argument);
        return build(argument, scope, depth + 1);
      });
      return call(callee, args, scope);
    }
    default:
      throw fail(
        UNSUPPORTED[expression.type] ?? "A formula is made of numbers, names, arithmetic and functions only.",
      );
  }
}

function call(callee: { name: string; start: number }, args: readonly Term[], scope: Scope): Term {
  const { text, graph } = scope;
  const { name } = callee;
  const fail = (problem: string) => formulaError(text, callee.start, problem);
  const known = Object.entries<FormulaFunction>(FUNCTIONS).filter(
    ([, { shape }]) => scope.classes || shape !== "along-classes",
  );
  const found = known.find(([each]) => each === name)?.[1];
  if (found === undefined) {
    const names = known.map(([each]) => each);
    throw fail(`Unknown function \`${name}\`.${didYouMean(name, names)} Known: ${names.join(", ")}.`);
  }
  const { arity, shape, fold } = found;
  if (args.length !== arity)
    throw fail(`\`${name}\` takes ${arity} argument${arity === 1 ? "" : "s"}, not ${args.length}.`);
  const operation = name as Operation;
  if (shape === "elementwise") return graph.elementwise(operation, args, fold);
  if (args[0]!.kind !== "vector") throw fail(`\`${name}\` needs ${scope.vector}, but gets one number.`);
  return graph.operation(operation, args, shape === "reduction" ? "reduced" : "vector");
}
