import { differentiate } from "../formula/differentiate.js";
import { expressionText } from "../formula/expression-text.js";
import type { LossGraph, Node } from "../formula/graph.js";

/** A sample for which a loss breaks in float32, in which training computes. */
export interface LossBreakdown {
  /** What breaks: the loss or its gradient is not finite, or the gradient loses its first digits. */
  readonly what: "value" | "gradient" | "precision";
  /** Logits that break it, as close to 0 as possible. */
  readonly z: readonly number[];
  /** The target, one number per class. */
  readonly y: readonly number[];
  /** The first part of the formula that is not finite. */
  readonly part?: string;
  /** What to write instead, if a stable form is known. */
  readonly instead?: string;
}

/** The value and gradient of a loss at one sample, in float32 and in double precision. */
interface BothPrecisions {
  readonly single: { readonly values: ArrayLike<number>; readonly gradient: ArrayLike<number> };
  readonly double: { readonly values: ArrayLike<number>; readonly gradient: ArrayLike<number> };
}
type Run = (graph: LossGraph, z: readonly number[], y: readonly number[]) => BothPrecisions;

/** Tolerated relative error of a derivative. float32 has 7 digits; differences of large logits leave about 5. */
export const SINGLE_TOLERANCE = 1e-2;
const HALVINGS = 40;

/**
 * What fails in float32 at a sample; undefined if nothing.
 *
 * @param scale the size below which a derivative's precision does not matter
 */
export function breaks({ single, double }: BothPrecisions, scale: number): LossBreakdown["what"] | undefined {
  const finite = (values: ArrayLike<number>) => Array.from(values).every(Number.isFinite);
  if (!finite(single.values)) return "value";
  if (!finite(single.gradient)) return "gradient";
  const isOff = Array.from(double.gradient).some((expected, i) => {
    const size = Math.max(Math.abs(expected), scale);
    return !(Math.abs(single.gradient[i]! - expected) <= SINGLE_TOLERANCE * size);
  });
  return isOff ? "precision" : undefined;
}

/** Finds the cause of a breakdown at a sample. */
export function findBreakdown(
  graph: LossGraph,
  sample: { readonly z: readonly number[]; readonly y: readonly number[] },
  scale: number,
  run: Run,
): LossBreakdown {
  const { y } = sample;
  const z = nearest(sample.z, (logits) => breaks(run(graph, logits, y), scale) !== undefined);
  const what = breaks(run(graph, z, y), scale)!;
  if (what === "precision") return { what, z, y, ...firstReplacement(graph.nodes) };
  const isInfinite = (place: number) => {
    const { single } = run(sumOf(graph.nodes, place), z, y);
    return ![...Array.from(single.values), ...Array.from(single.gradient)].every(Number.isFinite);
  };
  const first = graph.nodes.findIndex((node, place) => "args" in node && isInfinite(place));
  return { what, z, y, ...adviceFor(graph.nodes, first < 0 ? graph.result : first) };
}

/** The simplest logits that still fail: as many as possible set to 0, and the others scaled down. */
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

/** A loss that is the sum of a node over the classes. */
function sumOf(nodes: readonly Node[], place: number): LossGraph {
  const parts: Node[] = [...nodes.slice(0, place + 1), { op: "sum", args: [place] }];
  return { nodes: parts, result: place + 1, gradient: differentiate(parts, place + 1) };
}

const negated = (text: string) => (/^\w+$/.test(text) ? `-${text}` : `-(${text})`);

type Advice = Pick<LossBreakdown, "part" | "instead">;

/** The first part that can be replaced by an equal function without loss of precision. */
const firstReplacement = (nodes: readonly Node[]): Advice | undefined =>
  nodes.flatMap((_, place) => equalFunction(nodes, place) ?? [])[0];

/** The part of the formula around a failing node, and a replacement that does not fail. */
const adviceFor = (nodes: readonly Node[], place: number): Advice =>
  equalFunction(nodes, place) ?? boundedPart(nodes, place);

/** Matches parts of a graph against patterns. */
function matcher(nodes: readonly Node[]) {
  const arg = (node: number, which = 0) => (nodes[node] as { readonly args: readonly number[] }).args[which]!;
  return {
    arg,
    text: (node: number) => expressionText(nodes, node),
    is: (node: number, op: Node["op"]) => nodes[node]?.op === op,
    isOne: (node: number) => {
      const found = nodes[node]!;
      return found.op === "constant" && found.value === 1;
    },
    reader: (of: number, op: Node["op"]) =>
      nodes.findIndex((node) => node.op === op && "args" in node && node.args.includes(of)),
  };
}

/** A function that equals the part around a node in exact arithmetic. */
function equalFunction(nodes: readonly Node[], place: number): Advice | undefined {
  const { arg, text, is, isOne, reader } = matcher(nodes);
  const found = (node: number, instead: string) => ({ part: text(node), instead });
  if (is(place, "log")) {
    const x = arg(place);
    if (is(x, "softmax")) return found(place, `logSoftmax(${text(arg(x))})`);
    if (is(x, "sum") && is(arg(x), "multiply")) {
      const [target, share] = [arg(arg(x)), arg(arg(x), 1)].sort((a, b) => a - b) as [number, number];
      const isLabels = text(target) === "y" && is(share, "softmax");
      if (isLabels) return found(place, `sum(y * logSoftmax(${text(arg(share))}))`);
    }
    if (is(x, "sigmoid")) return found(place, `-softplus(${negated(text(arg(x)))})`);
    const isRest = is(x, "subtract") && isOne(arg(x)) && is(arg(x, 1), "sigmoid");
    if (isRest) return found(place, `-softplus(${text(arg(arg(x, 1)))})`);
    if (is(x, "divide") && is(arg(x), "exp")) return equalFunction(nodes, arg(x));
  }
  if (is(place, "exp")) {
    const x = arg(place);
    const more = reader(place, "add");
    if (more >= 0 && [0, 1].some((k) => isOne(arg(more, k)))) {
      const logOfIt = reader(more, "log");
      if (logOfIt >= 0) return found(logOfIt, `softplus(${text(x)})`);
      const share = reader(more, "divide");
      if (share >= 0 && isOne(arg(share)) && is(x, "negate")) return found(share, `sigmoid(${text(arg(x))})`);
      if (share >= 0 && arg(share) === place) return found(share, `sigmoid(${text(x)})`);
    }
    const sum = Math.max(reader(place, "sum"), reader(place, "mean"));
    const logOfSum = reader(sum, "log");
    const largest = `max(${text(x)})`;
    if (sum >= 0 && logOfSum >= 0)
      return found(logOfSum, `(${largest} + log(${nodes[sum]!.op}(exp(${text(x)} - ${largest}))))`);
    const quotient = reader(place, "divide");
    if (is(sum, "sum") && quotient >= 0 && arg(quotient, 1) === sum) {
      const logOfShare = reader(quotient, "log");
      if (logOfShare >= 0) return found(logOfShare, `logSoftmax(${text(x)})`);
      return found(quotient, `softmax(${text(x)})`);
    }
  }
  return undefined;
}

/** The part with a bound on the argument that makes it fail. */
function boundedPart(nodes: readonly Node[], place: number): Advice {
  const { arg, text } = matcher(nodes);
  const bounded = (instead: string) => ({ part: text(place), instead });
  const node = nodes[place]!;
  if (!("args" in node)) return { part: text(place) };
  const x = text(arg(place));
  switch (node.op) {
    case "log":
      return bounded(/\bz\b/.test(x) ? `log(maximum(${x}, 1e-7))` : `log(where(${x} > 0, ${x}, 1))`);
    case "exp":
      return bounded(`exp(minimum(${x}, 80))`);
    case "sqrt":
      return bounded(`sqrt(maximum(${x}, 1e-12))`);
    case "power":
      return bounded(`maximum(${x}, 1e-12) ** ${text(arg(place, 1))}`);
    case "divide":
      return bounded(`${x} / maximum(${text(arg(place, 1))}, 1e-7)`);
    default:
      return { part: text(place) };
  }
}
