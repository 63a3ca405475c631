import { operatorSign } from "./expression-text.js";
import { FOLDS, type FormulaFunction, FUNCTIONS } from "./functions.js";
import type { Node, Operation, UpdateBlock } from "./graph.js";
import { broadcast, isSame, type Shape, type ShapeRule, shapeText } from "./shapes.js";

/** The shapes of a block's values, for one parameter or for the whole vector. */
export interface BlockShapes {
  /** The shape of each node. */
  readonly nodes: readonly Shape[];
  /** The shape of each state. */
  readonly state: readonly Shape[];
}

/** Creates the error for a shape mismatch, at an offset in the formula's text. */
type ErrorAt = (problem: string, offset: number) => Error;

/** Undefined until a state's shape is known. */
type Found = Shape | undefined;

/**
 * Infers the shapes of a block's nodes and states.
 *
 * @param whole the shape of theta and its gradient
 * @throws the result of `errorAt` if the shapes of an operation's arguments do not match, or a name is assigned another shape
 */
export function inferShapes(block: UpdateBlock, whole: Shape, errorAt: ErrorAt): BlockShapes {
  const { nodes, offsets, state, assign, on } = block;
  const states = new Map<string, Found>(
    state.map(({ name, kind, startsAsTheta }) => [
      name,
      kind === "number" ? [] : startsAsTheta || on === "all" ? whole : undefined,
    ]),
  );
  const inputs = (name: string): Found =>
    name === "theta" || name === "g" ? whole : states.has(name) ? states.get(name) : [];

  // A state has the shape that it is assigned, which may depend on other states: repeat until nothing changes.
  for (;;) {
    const shapes = shapesOf(nodes, offsets, inputs, errorAt);
    let isSettled = true;
    for (const { target, node, offset } of assign) {
      const found = shapes[node];
      const now = states.has(target) ? states.get(target) : whole;
      if (found === undefined || (now !== undefined && isSame(now, found))) continue;
      const both = now === undefined ? found : broadcast.result(now, found);
      const mayGrow = state.some(
        ({ name, kind, startsAsTheta }) => name === target && kind === "vector" && !startsAsTheta,
      );
      if (both === undefined || (!mayGrow && !isSame(both, now!)))
        throw errorAt(`\`${target}\` is ${shapeText(now!)} and is assigned ${shapeText(found)}`, offset);
      if (now !== undefined && isSame(both, now)) continue;
      states.set(target, both);
      isSettled = false;
    }
    if (!isSettled) continue;
    const unknown = state.find(({ name }) => states.get(name) === undefined);
    if (unknown === undefined) return { nodes: shapes as Shape[], state: [...states.values()] as Shape[] };
    states.set(unknown.name, []);
  }
}

/** Infers the shapes of nodes from those of the inputs. A condition that depends only on sizes selects its branch. */
export function shapesOf(
  nodes: readonly Node[],
  offsets: readonly number[],
  inputs: (name: string) => Found,
  errorAt: ErrorAt,
  row: Shape = [],
): Found[] {
  const shapes: Found[] = [];
  const constants: (number | undefined)[] = [];
  for (const [i, node] of nodes.entries()) {
    let number: number | undefined;
    if (node.op === "constant") {
      shapes.push([]);
      number = node.value;
    } else if (node.op === "input" || node.op === "row") {
      shapes.push(node.op === "row" ? row : inputs(node.name));
    } else {
      const { op, args } = node as Extract<Node, { args: unknown }>;
      const given = args.map((argument) => shapes[argument]);
      const known = args.map((argument) => constants[argument]);
      const isChosen = op === "where" && known[0] !== undefined;
      const found = isChosen ? given[known[0] !== 0 ? 1 : 2] : shapeOf(op, given);
      if (found === undefined && !given.includes(undefined))
        throw errorAt(misfitText(op, given as Shape[]), offsets[i]!);
      shapes.push(found);
      number = numberOf(op, given, known);
    }
    constants.push(number);
  }
  return shapes;
}

function shapeOf(op: Operation, given: readonly Found[]): Found {
  const rule = ruleOf(op);
  const known = given.filter((shape) => shape !== undefined);
  if (rule !== broadcast) return known.length === given.length ? rule.result(...known) : undefined;
  return known.length === 0 ? undefined : broadcast.result(...known);
}

const functionOf = (op: Operation): FormulaFunction | undefined =>
  Object.hasOwn(FUNCTIONS, op) ? FUNCTIONS[op as keyof typeof FUNCTIONS] : undefined;

/** Operators are elementwise. */
const ruleOf = (op: Operation): ShapeRule => functionOf(op)?.shape ?? broadcast;

/** The value of a node that depends only on sizes and constants. */
function numberOf(
  op: Operation,
  given: readonly Found[],
  known: readonly (number | undefined)[],
): number | undefined {
  if (op === "rows") return given[0]?.at(-2);
  if (op === "columns") return given[0]?.at(-1);
  const fold = FOLDS.get(op);
  return fold !== undefined && !known.includes(undefined) ? fold(...(known as number[])) : undefined;
}

function misfitText(op: Operation, given: readonly Shape[]): string {
  const rule = ruleOf(op);
  const lacksAxes = rule !== broadcast && given.some((shape) => shape.length === 0);
  const shapes = lacksAxes ? "a single number" : given.map(shapeText).join(" and ");
  return `\`${operatorSign(op) ?? op}\` needs ${rule.needs}, but got ${shapes}`;
}
