import { build } from "./expressions.js";
import { formulaError } from "./formula-error.js";
import type { UpdateGraph } from "./graph.js";
import { GraphBuilder, type Term } from "./graph-builder.js";
import { readsOf } from "./reads.js";
import { type Statement, statements } from "./statements.js";

/** Names every update has: the parameters, their gradient, the rate, and the number of the step, from 1. */
const GIVEN = ["theta", "g", "learningRate", "t"] as const;

/** What a formula's own names stand for. */
export interface UpdateNames {
  readonly hyperparameters: Readonly<Record<string, number>>;
  /** State and the number each starts as. A name that is read before it is assigned is a state too, and starts as 0. */
  readonly state?: Readonly<Record<string, number>>;
}

/**
 * Parses an optimizer's update. A statement reads what those above it assigned; states keep their value to the next step.
 *
 * @example parseUpdate("v = mu * v + g; theta = theta - learningRate * v", { hyperparameters: { mu: 0.9 } })
 * @throws OptimbenchError (FORMULA) that shows the place
 */
export function parseUpdate(
  text: string,
  { hyperparameters, state: declared = {} }: UpdateNames,
): UpdateGraph {
  const list = statements(text);
  const initial = { ...readBeforeAssigned(list, hyperparameters), ...declared };
  const graph = new GraphBuilder();
  const used = new Set<string>();
  const values = new Map<string, Term>();
  const assigned = new Set<string>();

  const lookUp = (name: string): Term | undefined => {
    used.add(name);
    const value = values.get(name);
    if (value !== undefined) return value;
    if (name === "theta" || name === "g" || name in initial) return graph.input(name, "vector");
    if (name === "learningRate" || name === "t") return graph.input(name, "number");
    const hyperparameter = hyperparameters[name];
    return hyperparameter === undefined ? undefined : graph.constant(hyperparameter);
  };
  const names = () => [...GIVEN, ...Object.keys(initial), ...Object.keys(hyperparameters), ...values.keys()];
  const scope = { text, graph, vector: "a vector over the parameters", classes: false, lookUp, names };

  for (const { target, expression } of list) {
    if (target === undefined) throw formulaError(text, expression.start, "Expected `name = expression`.");
    const { name, start } = target;
    if (name in hyperparameters || (name !== "theta" && (GIVEN as readonly string[]).includes(name)))
      throw formulaError(text, start, `\`${name}\` is given and cannot be assigned. Assign to another name.`);
    values.set(name, build(expression, scope));
    assigned.add(name);
  }

  const end = text.length;
  if (!assigned.has("theta"))
    throw formulaError(text, end, "The formula never assigns `theta`, so nothing would learn.");
  for (const name of Object.keys(initial)) {
    if (!used.has(name))
      throw formulaError(text, end, `The state \`${name}\` is never read. Use it, or leave it out.`);
    if (!assigned.has(name))
      throw formulaError(
        text,
        end,
        `The state \`${name}\` never changes. Assign it, or make it a hyperparameter.`,
      );
  }
  for (const name of Object.keys(hyperparameters))
    if (!used.has(name))
      throw formulaError(text, end, `The hyperparameter \`${name}\` is never used. Use it, or leave it out.`);
  const unread = [...assigned].find((name) => name !== "theta" && !(name in initial) && !used.has(name));
  if (unread !== undefined) throw formulaError(text, end, `\`${unread}\` is assigned but never read.`);

  return {
    nodes: graph.nodes,
    state: Object.entries(initial).map(([name, value]) => ({ name, initial: value })),
    assign: ["theta", ...Object.keys(initial)].map((target) => ({ target, node: values.get(target)!.node })),
  };
}

/** Names that are assigned somewhere and read no later than their first assignment: they must come from the step before. */
function readBeforeAssigned(
  list: readonly Statement[],
  hyperparameters: Readonly<Record<string, number>>,
): Record<string, number> {
  const targets = new Set(list.flatMap(({ target }) => (target === undefined ? [] : [target.name])));
  const assigned = new Set<string>();
  const states: Record<string, number> = {};
  for (const { target, expression } of list) {
    for (const name of readsOf(expression))
      if (
        targets.has(name) &&
        !assigned.has(name) &&
        !(GIVEN as readonly string[]).includes(name) &&
        !(name in hyperparameters)
      )
        states[name] = 0;
    if (target !== undefined) assigned.add(target.name);
  }
  return states;
}
