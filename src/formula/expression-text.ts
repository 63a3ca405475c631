import type { Node } from "./graph.js";

const OPERATORS: Readonly<Record<string, { readonly sign: string; readonly binds: number }>> = {
  less: { sign: "<", binds: 0 },
  lessEqual: { sign: "<=", binds: 0 },
  greater: { sign: ">", binds: 0 },
  greaterEqual: { sign: ">=", binds: 0 },
  equal: { sign: "==", binds: 0 },
  notEqual: { sign: "!=", binds: 0 },
  add: { sign: "+", binds: 1 },
  subtract: { sign: "-", binds: 1 },
  multiply: { sign: "*", binds: 2 },
  divide: { sign: "/", binds: 2 },
  power: { sign: "**", binds: 3 },
};
const SUM = 1;
const ATOM = 4;

/** The operator of an operation; undefined if it is written as a function. */
export const operatorSign = (op: string): string | undefined => OPERATORS[op]?.sign;

/** A node of a graph as formula text. Assigned names and hyperparameters are replaced by their values. */
export const expressionText = (nodes: readonly Node[], place: number): string => textOf(nodes, place).text;

function textOf(nodes: readonly Node[], place: number): { readonly text: string; readonly binds: number } {
  const node = nodes[place]!;
  if (node.op === "constant") return { text: String(node.value), binds: node.value < 0 ? SUM : ATOM };
  if (node.op === "input") return { text: node.name, binds: ATOM };
  if (node.op === "row") return { text: `[${node.values.join(", ")}]`, binds: ATOM };
  const inner = (argument: number, least: number) => {
    const { text, binds } = textOf(nodes, node.args[argument]!);
    return binds >= least ? text : `(${text})`;
  };
  if (node.op === "negate") return { text: `-${inner(0, SUM + 1)}`, binds: SUM };
  const operator = OPERATORS[node.op];
  if (operator === undefined) {
    const args = node.args.map((argument) => textOf(nodes, argument).text);
    return { text: `${node.op}(${args.join(", ")})`, binds: ATOM };
  }
  const { sign, binds } = operator;
  const left = inner(0, sign === "**" ? ATOM : binds);
  return { text: `${left} ${sign} ${inner(1, sign === "**" ? ATOM : binds + 1)}`, binds };
}
