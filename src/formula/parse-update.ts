import { didYouMean } from "../validation/nearest.js";
import { build, type Functions } from "./expressions.js";
import { formulaError } from "./formula-error.js";
import { PARAMETER_FUNCTIONS, VECTOR_FUNCTIONS } from "./functions.js";
import {
  type Assignment,
  type Node,
  SCOPES,
  type Scope,
  type UpdateBlock,
  type UpdateGraph,
} from "./graph.js";
import { inferShapes } from "./infer-shapes.js";
import { Names } from "./names.js";
import { NodeTable } from "./node-table.js";
import { readsOf } from "./reads.js";
import type { Shape } from "./shapes.js";
import { type Block, blocks, type Statement, startsWithOperator, type Target } from "./statements.js";

/** The names that an optimizer declares for its update. */
export interface UpdateNames {
  readonly hyperparameters: Readonly<Record<string, number>>;
  /** States and their initial values. A name that is read before it is assigned is also a state, and starts at 0. */
  readonly state?: Readonly<Record<string, number | "theta">>;
  /** The order of a parameter's axes in labelled blocks. Default "pytorch", where outputs precede inputs. */
  readonly layout?: UpdateGraph["layout"];
  /** Hyperparameters that change from step to step, so they become inputs instead of constants. */
  readonly changing?: readonly string[];
}

/** The inputs of an update: the parameters, their gradient, the learning rate, and the number of the step, from 1. */
const INPUTS = ["theta", "g", "learningRate", "t"];
/** The functions of a block. Parameters with one axis have no rows and columns. */
const functionsOn = (on: Scope): Functions =>
  on === "all" || on === "vectors" ? VECTOR_FUNCTIONS : PARAMETER_FUNCTIONS;
/** The smallest shape that a block can run on. A formula that does not accept it accepts none. */
const smallest = (on: Scope): Shape => (on === "all" || on === "vectors" ? [1] : [1, 1]);

/**
 * Parses an optimizer's update into a graph. A statement reads what the statements above it assigned. States keep their value
 * until the next step. Labelled blocks, such as `matrices: { ... }`, run on one parameter at a time; blocks share only theta
 * and g.
 *
 * @example parseUpdate("v = mu * v + g; theta = theta - learningRate * v", { hyperparameters: { mu: 0.9 } })
 * @throws OptimbenchError (FORMULA) with line and column
 */
export function parseUpdate(text: string, given: UpdateNames): UpdateGraph {
  const found = blocks(text);
  const parsed = found.map((block, i) => parseBlock(text, block, given, readsGradient(found.slice(i + 1))));
  const names = parsed.map((each) => each.names);

  if (!names.some((each) => each.final("theta") !== undefined))
    throw formulaError("The formula never assigns `theta`, so the model would not learn.");
  if (!parsed.some(({ block }) => block.nodes.some((node) => node.op === "input" && node.name === "g")))
    throw formulaError("The formula never uses the gradient `g`.");
  names[0]!.checkHyperparametersRead(...names.slice(1));
  for (const name of Object.keys(given.state ?? {}))
    if (!names.some((each) => each.wasRead(name)))
      throw formulaError(`The state \`${name}\` is never used. Use it or remove it.`);
  for (const { block, names } of parsed)
    names.checkAllRead("theta", "evaluation", ...block.assign.map(({ target }) => target));
  const inputs = (given.changing ?? []).map((name) => ({ name, value: given.hyperparameters[name]! }));
  return { text, blocks: parsed.map(({ block }) => block), layout: given.layout ?? "pytorch", inputs };
}

function parseBlock(
  text: string,
  { label, statements: list }: Block,
  { hyperparameters, state = {}, changing = [] }: UpdateNames,
  gradientIsReadLater: boolean,
): { readonly block: UpdateBlock; readonly names: Names } {
  const on = label === undefined ? "all" : scopeOf(label, text);
  const constants = new Map(Object.entries(hyperparameters).filter(([name]) => !changing.includes(name)));
  const inputs = new Set([...INPUTS, ...changing]);
  const declared = new Map(Object.entries(state));
  const states = statesOf(list, new Set([...inputs, ...constants.keys()]), declared);
  const graph = new NodeTable();
  const names = new Names(text, graph, {
    inputs,
    hyperparameters: constants,
    states: new Set([...declared.keys(), ...states]),
  });

  for (const { target, expression } of list) {
    if (target === undefined) throw notAnAssignment(text, expression.start);
    names.checkTarget(target, "theta", "g");
    if (target.name === "evaluation" && on !== "all" && on !== "parameters")
      throw formulaError(
        "Assign `evaluation` outside this block: it must cover every parameter.",
        text,
        target.start,
      );
    names.assign(target, build(expression, names, functionsOn(on)));
  }

  const kept = gradientIsReadLater ? ["theta", "g", "evaluation"] : ["theta", "evaluation"];
  const targets = [...kept.filter((name) => names.final(name) !== undefined), ...states];
  for (const name of states)
    if (names.final(name) === undefined)
      throw formulaError(`The state \`${name}\` never changes. Assign it, or make it a hyperparameter.`);
  const { nodes, offsets, results } = graph.finish(targets.map((target) => names.final(target)!));
  const assign = targets.map((target, i) => ({ target, node: results[i]!, offset: names.offsetOf(target) }));
  const vectors = vectorsOf(nodes, assign, declared);
  const block: UpdateBlock = {
    on,
    nodes,
    offsets,
    state: states.map((name) => {
      const initial = declared.get(name) ?? 0;
      return {
        name,
        kind: vectors.has(name) ? "vector" : "number",
        initial: initial === "theta" ? 0 : initial,
        startsAsTheta: initial === "theta",
      };
    }),
    assign,
  };
  inferShapes(block, smallest(on), (problem, offset) => formulaError(`${problem}.`, text, offset));
  return { names, block };
}

function scopeOf({ name, start }: Target, text: string): Scope {
  const found = SCOPES.find((scope) => scope === name);
  if (found !== undefined) return found;
  throw formulaError(
    `Unknown block \`${name}\`.${didYouMean(name, SCOPES)} Known: ${SCOPES.join(", ")}.`,
    text,
    start,
  );
}

const readsGradient = (list: readonly Block[]) =>
  list.some(({ statements }) => statements.some(({ expression }) => readsOf(expression).has("g")));

function notAnAssignment(text: string, start: number) {
  const hint = startsWithOperator(text, start)
    ? " A statement ends at the end of its line: end the previous line with the operator, or use parentheses."
    : "";
  return formulaError(`Expected \`name = expression\`.${hint}`, text, start);
}

/** The states of a block: declared states that occur in it, and names that are read before they are assigned. */
function statesOf(
  list: readonly Statement[],
  given: ReadonlySet<string>,
  declared: ReadonlyMap<string, unknown>,
): string[] {
  const assignedAnywhere = new Set(list.flatMap(({ target }) => (target === undefined ? [] : [target.name])));
  const assigned = new Set<string>();
  const states = new Set([...assignedAnywhere].filter((name) => declared.has(name)));
  for (const { target, expression } of list) {
    for (const name of readsOf(expression)) {
      const isRead = assignedAnywhere.has(name) && !assigned.has(name) && !given.has(name);
      if (isRead || declared.has(name)) states.add(name);
    }
    if (target !== undefined) assigned.add(target.name);
  }
  states.delete("evaluation");
  return [...states];
}

/** Theta, its gradient, and the states that depend on them. All other states are plain numbers. */
function vectorsOf(
  nodes: readonly Node[],
  assign: readonly Assignment[],
  declared: ReadonlyMap<string, number | "theta">,
): Set<string> {
  const vectors = new Set([
    "theta",
    "g",
    ...[...declared.keys()].filter((name) => declared.get(name) === "theta"),
  ]);
  for (let before = -1; before !== vectors.size; ) {
    before = vectors.size;
    const depends: boolean[] = [];
    for (const node of nodes)
      depends.push(
        "args" in node
          ? node.args.some((argument) => depends[argument])
          : node.op === "input" && vectors.has(node.name),
      );
    for (const { target, node } of assign) if (depends[node]) vectors.add(target);
  }
  return vectors;
}
