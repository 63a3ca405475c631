import { build, type Language } from "./expressions.js";
import { formulaError } from "./formula-error.js";
import { ELEMENTWISE_AND_REDUCTIONS } from "./functions.js";
import type { UpdateGraph } from "./graph.js";
import { GraphBuilder, type Kind } from "./graph-builder.js";
import { Names } from "./names.js";
import { readsOf } from "./reads.js";
import { type Statement, startsWithOperator, statements } from "./statements.js";

/** What an update's own names stand for. */
export interface UpdateNames {
  readonly hyperparameters: Readonly<Record<string, number>>;
  /** State and the number each starts as. A name that is read before it is assigned is a state too, and starts as 0. */
  readonly state?: Readonly<Record<string, number>>;
}

/** What every update has: the parameters, their gradient, the rate, and the number of the step, from 1. */
const INPUTS = new Map<string, Kind>([
  ["theta", "vector"],
  ["g", "vector"],
  ["learningRate", "number"],
  ["t", "number"],
]);
const LANGUAGE: Language = { vector: "a vector over the parameters", functions: ELEMENTWISE_AND_REDUCTIONS };

/**
 * Parses an optimizer's update. A statement reads what those above it assigned; states keep their value to the next step.
 *
 * @example parseUpdate("v = mu * v + g; theta = theta - learningRate * v", { hyperparameters: { mu: 0.9 } })
 * @throws OptimbenchError (FORMULA) that shows the place
 */
export function parseUpdate(text: string, { hyperparameters, state = {} }: UpdateNames): UpdateGraph {
  const list = statements(text);
  const constants = new Map(Object.entries(hyperparameters));
  const initial = new Map([
    ...readBeforeAssigned(list, constants).map((name): [string, number] => [name, 0]),
    ...Object.entries(state),
  ]);
  const graph = new GraphBuilder();
  const names = new Names(text, graph, {
    inputs: INPUTS,
    hyperparameters: constants,
    states: new Set(initial.keys()),
  });

  for (const { target, expression } of list) {
    if (target === undefined) throw notAnAssignment(text, expression.start);
    names.checkTarget(target, "theta");
    names.assign(target, build(expression, names, LANGUAGE));
  }

  if (names.final("theta") === undefined)
    throw formulaError("The formula never assigns `theta`, so nothing would learn.");
  if (!names.wasRead("g")) throw formulaError("The formula never uses the gradient `g`.");
  for (const name of initial.keys()) {
    if (!names.wasRead(name))
      throw formulaError(`The state \`${name}\` is never used. Use it, or leave it out.`);
    if (names.final(name) === undefined)
      throw formulaError(`The state \`${name}\` never changes. Assign it, or make it a hyperparameter.`);
  }
  names.checkAllRead("theta");

  const targets = ["theta", ...initial.keys()];
  const { nodes, results } = graph.finish(targets.map((target) => names.final(target)!));
  return {
    nodes,
    state: Array.from(initial, ([name, value]) => ({ name, initial: value })),
    assign: targets.map((target, i) => ({ target, node: results[i]! })),
  };
}

function notAnAssignment(text: string, start: number) {
  const hint = startsWithOperator(text, start)
    ? " A line ends a statement: end the line before with the operator, or use parentheses."
    : "";
  return formulaError(`Expected \`name = expression\`.${hint}`, text, start);
}

/** Names that are assigned somewhere and read no later than their first assignment: their value comes from the step before. */
function readBeforeAssigned(
  list: readonly Statement[],
  hyperparameters: ReadonlyMap<string, number>,
): string[] {
  const own = new Set(list.flatMap(({ target }) => (target === undefined ? [] : [target.name])));
  const assigned = new Set<string>();
  const states = new Set<string>();
  for (const { target, expression } of list) {
    for (const name of readsOf(expression))
      if (own.has(name) && !assigned.has(name) && !INPUTS.has(name) && !hyperparameters.has(name))
        states.add(name);
    if (target !== undefined) assigned.add(target.name);
  }
  return [...states];
}
