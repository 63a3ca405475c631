import { expressionText } from "./formula/expression-text.js";
import type { LossGraph, Node } from "./formula/graph.js";

/** Where a loss breaks in float32, in which training computes. */
export interface LossBreakdown {
  /** What breaks: the loss, its gradient, or the gradient's first digits. */
  readonly what: "value" | "gradient" | "precision";
  /** The logits, as near to 0 as they still break it, and the target. */
  readonly z: readonly number[];
  readonly y: readonly number[];
  /** The part of the formula that is the first not to be finite there. */
  readonly part?: string;
  /** What to write in its place, where that is known. */
  readonly instead?: string;
}

/** A loss's value and gradient at one sample, in float32 and in double precision. */
export interface BothPrecisions {
  readonly single: { readonly values: ArrayLike<number>; readonly gradient: ArrayLike<number> };
  readonly double: { readonly values: ArrayLike<number>; readonly gradient: ArrayLike<number> };
}
type Run = (graph: LossGraph, z: readonly number[], y: readonly number[]) => BothPrecisions;

/** Share of a derivative: float32 has 7 digits, of which differences of large logits leave 5 or so. */
export const SINGLE_TOLERANCE = 1e-2;
const HALVINGS = 40;

/**
 * What is wrong with float32 at a sample, if anything.
 *
 * @param scale a derivative's size below which its first digits do not matter
 */
export function breaks({ single, double }: BothPrecisions, scale: number): LossBreakdown["what"] | undefined {
  const finite = (numbers: ArrayLike<number>) => Array.from(numbers).every(Number.isFinite);
  if (!finite(single.values)) return "value";
  if (!finite(single.gradient)) return "gradient";
  const isOff = Array.from(double.gradient).some((expected, i) => {
    const size = Math.max(Math.abs(expected), scale);
    return !(Math.abs(single.gradient[i]! - expected) <= SINGLE_TOLERANCE * size);
  });
  return isOff ? "precision" : undefined;
}

/** Finds out what breaks a loss at a sample where it is known to break. */
export function findBreakdown(
  graph: LossGraph,
  sample: { readonly z: readonly number[]; readonly y: readonly number[] },
  scale: number,
  run: Run,
): LossBreakdown {
  const { y } = sample;
  const z = nearest(sample.z, (logits) => breaks(run(graph, logits, y), scale) !== undefined);
  const what = breaks(run(graph, z, y), scale)!;
  if (what === "precision") return { what, z, y };
  const isInfinite = (place: number) => {
    const { single } = run(sumOf(graph.nodes, place), z, y);
    return ![...Array.from(single.values), ...Array.from(single.gradient)].every(Number.isFinite);
  };
  const first = graph.nodes.findIndex((node, place) => "args" in node && isInfinite(place));
  return { what, z, y, ...advice(graph.nodes, first < 0 ? graph.result : first) };
}

/** The logits with as many at 0 as still break it, scaled down as far. */
function nearest(all: readonly number[], isBroken: (z: readonly number[]) => boolean): readonly number[] {
  let z = all;
  for (const k of all.keys()) {
    const without = z.with(k, 0);
    if (isBroken(without)) z = without;
  }
  const scaled = (share: number) => z.map((each) => Math.fround(each * share));
  if (isBroken(scaled(0))) return scaled(0);
  let [whole, broken] = [0, 1];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (whole + broken) / 2;
    if (isBroken(scaled(middle))) broken = middle;
    else whole = middle;
  }
  return scaled(broken);
}

/** The sum of a node over the classes, as a loss. */
const sumOf = (nodes: readonly Node[], place: number): LossGraph => ({
  nodes: [...nodes.slice(0, place + 1), { op: "sum", args: [place] }],
  result: place + 1,
});

const negated = (text: string) => (/^\w+$/.test(text) ? `-${text}` : `-(${text})`);

/** The part of the formula around a node that breaks, and what does not break in its place. */
function advice(nodes: readonly Node[], place: number): Pick<LossBreakdown, "part" | "instead"> {
  const text = (node: number) => expressionText(nodes, node);
  const is = (node: number, op: Node["op"]) => nodes[node]?.op === op;
  const arg = (node: number, which = 0) => (nodes[node] as { readonly args: readonly number[] }).args[which]!;
  const isConstant = (node: number, value: number) => {
    const found = nodes[node]!;
    return found.op === "constant" && found.value === value;
  };
  const reader = (of: number, op: Node["op"]) =>
    nodes.findIndex((node) => node.op === op && "args" in node && node.args.includes(of));
  const found = (node: number, instead: string) => ({ part: text(node), instead });

  const node = nodes[place]!;
  if (!("args" in node)) return { part: text(place) };
  const x = node.args[0]!;
  switch (node.op) {
    case "log": {
      if (is(x, "softmax")) return found(place, `logSoftmax(${text(arg(x))})`);
      if (is(x, "sum") && is(arg(x), "multiply")) {
        const [target, share] = [arg(arg(x)), arg(arg(x), 1)].sort((a, b) => a - b) as [number, number];
        const isLabels = text(target) === "y" && is(share, "softmax");
        if (isLabels) return found(place, `sum(y * logSoftmax(${text(arg(share))}))`);
      }
      if (is(x, "sigmoid")) return found(place, `-softplus(${negated(text(arg(x)))})`);
      const isRest = is(x, "subtract") && isConstant(arg(x), 1) && is(arg(x, 1), "sigmoid");
      if (isRest) return found(place, `-softplus(${text(arg(arg(x, 1)))})`);
      if (!/\bz\b/.test(text(x))) return found(place, `log(where(${text(x)} > 0, ${text(x)}, 1))`);
      return found(place, `log(maximum(${text(x)}, 1e-7))`);
    }
    case "exp": {
      const more = reader(place, "add");
      const isOneMore =
        more >= 0 && nodes[more]!.op === "add" && [0, 1].some((k) => isConstant(arg(more, k), 1));
      const logOfIt = reader(more, "log");
      if (isOneMore && logOfIt >= 0) return found(logOfIt, `softplus(${text(x)})`);
      const share = reader(more, "divide");
      if (isOneMore && share >= 0 && isConstant(arg(share), 1) && is(x, "negate"))
        return found(share, `sigmoid(${text(arg(x))})`);
      const sum = Math.max(reader(place, "sum"), reader(place, "mean"));
      const logOfSum = reader(sum, "log");
      const largest = `max(${text(x)})`;
      if (sum >= 0 && logOfSum >= 0)
        return found(logOfSum, `(${largest} + log(${nodes[sum]!.op}(exp(${text(x)} - ${largest}))))`);
      const quotient = reader(place, "divide");
      if (is(sum, "sum") && quotient >= 0 && arg(quotient, 1) === sum)
        return found(quotient, `softmax(${text(x)})`);
      return found(place, `exp(minimum(${text(x)}, 80))`);
    }
    case "sqrt":
      return found(place, `sqrt(maximum(${text(x)}, 1e-12))`);
    case "power":
      return found(place, `maximum(${text(x)}, 1e-12) ** ${text(arg(place, 1))}`);
    case "divide":
      return found(place, `${text(x)} / maximum(${text(arg(place, 1))}, 1e-7)`);
    default:
      return { part: text(place) };
  }
}
