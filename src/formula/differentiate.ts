import { FOLDS } from "./functions.js";
import type { GradientOperation, LossGradient, Node, Operation } from "./graph.js";
import { NodeTable, type Term } from "./node-table.js";

/** The operations of losses: all but those on the rows and columns of a parameter. */
type LossOperation = Exclude<Operation, GradientOperation | MatrixOperation>;
type MatrixOperation =
  | "rowMean"
  | "columnMean"
  | "transpose"
  | "matmul"
  | "rows"
  | "columns"
  | "flatten"
  | "reshape";

/** Writes nodes of the gradient. */
interface Writer {
  readonly number: (value: number) => Term;
  readonly op: (op: Operation, ...args: readonly Term[]) => Term;
  /** The value of a constant; undefined for other nodes. */
  readonly constant: (term: Term) => number | undefined;
}

/**
 * The derivatives of a loss by the arguments of an operation, given that by its result, `g`; undefined where there is no
 * slope. They are libtorch's, operation by operation, with its choice at kinks: the slope of `abs` and `relu` at 0 is 0, and
 * equal arguments of `maximum` and equal classes of `max` share the slope.
 */
type Rule = (writer: Writer, g: Term, args: readonly Term[], result: Term) => readonly (Term | undefined)[];

const flat: Rule = () => [];
/** A function of one argument whose derivative libtorch computes from the result. */
const ofResult =
  (op: Operation): Rule =>
  (w, g, _, result) => [w.op(op, g, result)];
/** The derivative of the largest or smallest class. */
const extreme: Rule = (w, g, [x], result) => {
  const isChosen = w.op("equal", x!, result);
  return [w.op("divide", w.op("multiply", g, isChosen), w.op("sum", isChosen))];
};

const RULES: Readonly<Record<LossOperation, Rule>> = {
  add: (_, g) => [g, g],
  subtract: (w, g) => [g, w.op("negate", g)],
  multiply: (w, g, [a, b]) => [w.op("multiply", g, b!), w.op("multiply", g, a!)],
  divide: (w, g, [_, b], quotient) => [
    w.op("divide", g, b!),
    w.op("multiply", w.op("negate", g), w.op("divide", quotient, b!)),
  ],
  negate: (w, g) => [w.op("negate", g)],
  power: (w, g, [x, exponent], result) => {
    const [zero, one, known] = [w.number(0), w.number(1), w.constant(exponent!)];
    const lower = known === 2 ? x! : w.op("power", x!, w.op("subtract", exponent!, one));
    const slope = w.op("multiply", g, w.op("multiply", exponent!, lower));
    if (known !== undefined) return [known === 0 ? undefined : slope];
    const isFlat = w.op("multiply", w.op("equal", x!, zero), w.op("greaterEqual", exponent!, zero));
    const ofExponent = w.op("where", isFlat, zero, w.op("multiply", result, w.op("log", x!)));
    return [w.op("where", w.op("equal", exponent!, zero), zero, slope), w.op("multiply", g, ofExponent)];
  },
  less: flat,
  lessEqual: flat,
  greater: flat,
  greaterEqual: flat,
  equal: flat,
  notEqual: flat,

  abs: (w, g, [x]) => [w.op("multiply", g, w.op("sign", x!))],
  sign: flat,
  sqrt: (w, g, _, root) => [w.op("divide", g, w.op("multiply", w.number(2), root))],
  square: (w, g, [x]) => [w.op("multiply", g, w.op("multiply", w.number(2), x!))],
  exp: (w, g, _, result) => [w.op("multiply", g, result)],
  log: (w, g, [x]) => [w.op("divide", g, x!)],
  tanh: ofResult("tanhGradient"),
  sigmoid: ofResult("sigmoidGradient"),
  softplus: (w, g, [x]) => [w.op("softplusGradient", g, x!)],
  relu: ofResult("reluGradient"),
  minimum: (w, g, [a, b]) => [w.op("minimumGradient", g, a!, b!), w.op("minimumGradient", g, b!, a!)],
  maximum: (w, g, [a, b]) => [w.op("maximumGradient", g, a!, b!), w.op("maximumGradient", g, b!, a!)],
  clip: (w, g, [x, low, high]) => {
    const raised = w.op("maximum", x!, low!);
    const inner = w.op("minimumGradient", g, raised, high!);
    return [
      w.op("maximumGradient", inner, x!, low!),
      w.op("maximumGradient", inner, low!, x!),
      w.op("minimumGradient", g, high!, raised),
    ];
  },
  where: (w, g, [condition]) => {
    const known = w.constant(condition!);
    if (known !== undefined) return known !== 0 ? [undefined, g] : [undefined, undefined, g];
    const zero = w.number(0);
    return [undefined, w.op("where", condition!, g, zero), w.op("where", condition!, zero, g)];
  },

  sum: (w, g, [x]) => [w.op("like", g, x!)],
  mean: (w, g, [x]) => [w.op("like", w.op("divide", g, w.op("columns", x!)), x!)],
  max: extreme,
  min: extreme,
  norm: (w, g, [x], norm) => {
    const zero = w.number(0);
    return [w.op("multiply", g, w.op("where", w.op("equal", norm, zero), zero, w.op("divide", x!, norm)))];
  },

  softmax: ofResult("softmaxGradient"),
  logSoftmax: ofResult("logSoftmaxGradient"),
  oneHot: flat,
};

/**
 * Differentiates a loss by z, from its result backwards (reverse mode).
 *
 * @param nodes those of the loss; the gradient's continue them
 */
export function differentiate(nodes: readonly Node[], result: number): LossGradient {
  const table = new NodeTable(nodes);
  const writer: Writer = {
    number: (value) => table.constant(value),
    op: (op, ...args) => table.operation(op, args, 0, FOLDS.get(op)),
    constant: (term) => table.constantAt(term),
  };
  const dependsOnZ: boolean[] = [];
  for (const node of nodes)
    dependsOnZ.push("args" in node ? node.args.some((each) => dependsOnZ[each]) : isZ(node));

  const gradients = new Map<Term, Term>([[result, writer.op("ones", result)]]);
  for (const [place, node] of [...nodes.entries()].reverse()) {
    const g = gradients.get(place);
    if (g === undefined || !("args" in node)) continue;
    const parts = RULES[node.op as LossOperation](writer, g, node.args, place);
    for (const [i, part] of parts.entries()) {
      const argument = node.args[i]!;
      if (part === undefined || !dependsOnZ[argument]) continue;
      const shaped = node.args.length > 1 ? writer.op("like", part, argument) : part;
      const others = gradients.get(argument);
      gradients.set(argument, others === undefined ? shaped : writer.op("add", others, shaped));
    }
  }
  const z = nodes.findIndex(isZ);
  const finished = table.finish([...nodes.keys(), gradients.get(z) ?? writer.number(0)]);
  return { nodes: finished.nodes.slice(nodes.length), result: finished.results.at(-1)! };
}

const isZ = (node: Node) => node.op === "input" && node.name === "z";
