import { z } from "zod";
import { parse } from "./config/parse.js";
import { SEMANTICS } from "./config/semantics.js";
import type { LossGraph } from "./formula/graph.js";
import { type LossConfig, lossGraph, resolveLoss } from "./losses/losses.js";
import { loadNative } from "./native.js";
import { randomStream } from "./random.js";

/** How far a loss's gradient is from the slope of its values. */
export interface GradientCheck {
  /** Whether they agree everywhere and the gradient is not 0 everywhere. */
  readonly passed: boolean;
  /** What was found in one sentence, and where it failed, what to look for. */
  readonly summary: string;
  /** The formula that was checked. */
  readonly formula: string;
  /** How many partial derivatives were compared. */
  readonly compared: number;
  /** Those at a kink, where any slope from that of the one side to that of the other is right. */
  readonly kinks: number;
  /** Where they are furthest apart. */
  readonly worst: PartialDerivative;
}

/** The derivative of a sample's loss by one logit. */
export interface PartialDerivative {
  readonly z: readonly number[];
  readonly y: readonly number[];
  /** Whose logit it is, from 0. */
  readonly class: number;
  readonly value: number;
  /** What training uses: libtorch's autograd through the formula. */
  readonly gradient: number;
  /** The slope of the values: a central difference. */
  readonly difference: number;
  /** Their distance relative to the larger; infinite where something is not a finite number. */
  readonly error: number;
}

const optionsSchema = z.strictObject({
  /** Numbers in a sample's logits and target. Default 10. */
  classes: z.int().min(2).max(1000).default(10),
  /** Whose formula a built-in loss has. Default "keras3". */
  semantics: z.enum(SEMANTICS).default("keras3"),
});

const SAMPLES = 16;
/** Logits lie within these of 0: equal as at a start from nothing, as in training, and saturated. */
const RANGES = [0, 3, 30];
const STEP = 1e-5;
const TOLERANCE = 1e-5;
/** A derivative smaller than this share of the largest is compared as if it were this large. */
const SMALL = 1e-3;

/**
 * Compares the gradient that training uses with finite differences of the loss, in double precision: logits all equal,
 * moderate and large, targets one-hot and soft, the same at every call.
 *
 * @example checkLossGradient({ name: "mine", formula: "mean(abs(softmax(z) - y))" }, { classes: 10 }).passed
 * @throws OptimbenchError (CONFIG, FORMULA, LIBTORCH, NATIVE)
 */
export function checkLossGradient(
  loss: LossConfig,
  options: z.input<typeof optionsSchema> = {},
): GradientCheck {
  const { classes, semantics } = parse(optionsSchema, options, "options");
  const resolved = resolveLoss(loss, semantics, classes);
  const graph = lossGraph(resolved);
  const groups = RANGES.map((range) => compare(graph, samples(range, classes), classes));
  const all = groups.flat();
  const worst = all.reduce((a, b) => (b.error > a.error ? b : a));
  const flat = all.every(({ gradient }) => gradient === 0);
  return {
    passed: worst.error <= TOLERANCE && !flat,
    summary: summary(worst, flat, all.length),
    formula: resolved.formula,
    compared: all.length,
    kinks: all.filter(({ kink }) => kink).length,
    worst: (({ kink: _, ...rest }) => rest)(worst),
  };
}

function summary({ error, gradient, value }: PartialDerivative, flat: boolean, compared: number): string {
  if (!Number.isFinite(value))
    return "The loss is not a finite number at some logits. Look for a division, a logarithm or a root of what can be 0 or negative.";
  if (!Number.isFinite(gradient))
    return "The gradient is not a finite number at some logits, although the loss is. Look for a root or a power at 0, and for a branch of where(...) that is not taken but not finite either.";
  if (flat)
    return "The gradient is 0 at all logits, so nothing would learn. Comparisons, sign and oneHot have no slope.";
  if (error > TOLERANCE)
    return "The gradient is not the slope of the loss at some logits. Look for a jump, and for a value that only one point has.";
  return `The gradient agrees with finite differences at all ${compared.toLocaleString("en")} places.`;
}

interface Samples {
  readonly logits: Float64Array;
  readonly targets: Float64Array;
}

/** Logits within `range` of 0; every other target is one-hot. */
function samples(range: number, classes: number): Samples {
  const next = randomStream(range, "samples");
  const uniform = () => next() / 2 ** 32;
  const logits = Float64Array.from({ length: SAMPLES * classes }, () => 2 * range * uniform() - range);
  const targets = new Float64Array(SAMPLES * classes);
  for (let i = 0; i < SAMPLES; i++) {
    const row = targets.subarray(i * classes, (i + 1) * classes);
    if (i % 2 === 0) row[next() % classes] = 1;
    else {
      for (const k of row.keys()) row[k] = uniform();
      const sum = row.reduce((total, each) => total + each);
      for (const k of row.keys()) row[k]! /= sum;
    }
  }
  return { logits, targets };
}

function compare(graph: LossGraph, { logits, targets }: Samples, classes: number) {
  const at = run(graph, logits, targets, classes);
  const step = logits.map((each) => STEP * Math.max(1, Math.abs(each)));
  /** The values with the logit of one class moved in every sample. */
  const moved = (k: number, sign: number) => {
    const there = logits.map((each, i) => (i % classes === k ? each + sign * step[i]! : each));
    return run(graph, there, targets, classes).values;
  };
  const sides = Array.from({ length: classes }, (_, k) => [moved(k, 1), moved(k, -1)] as const);
  const scale = Math.max(...at.gradient.map(Math.abs).filter(Number.isFinite), 0);

  return Array.from(at.gradient, (gradient, i) => {
    const [sample, k] = [Math.floor(i / classes), i % classes];
    const value = at.values[sample]!;
    const [right, left] = sides[k]!.map((values) => values[sample]!) as [number, number];
    const slopes = [(right - value) / step[i]!, (value - left) / step[i]!];
    const difference = (right - left) / (2 * step[i]!);
    const kink = Math.abs(slopes[0]! - slopes[1]!) > SMALL * scale;
    const nearest = kink
      ? Math.min(Math.max(gradient, Math.min(...slopes)), Math.max(...slopes))
      : difference;
    const distance = Math.abs(gradient - nearest);
    const error =
      distance === 0 ? 0 : distance / Math.max(Math.abs(gradient), Math.abs(nearest), SMALL * scale);
    return {
      z: [...logits.subarray(sample * classes, (sample + 1) * classes)],
      y: [...targets.subarray(sample * classes, (sample + 1) * classes)],
      class: k,
      value,
      gradient,
      difference,
      error: Number.isFinite(error) ? error : Number.POSITIVE_INFINITY,
      kink,
    };
  });
}

function run(graph: LossGraph, logits: Float64Array, targets: Float64Array, classes: number) {
  return loadNative().runLoss(graph, logits, targets, classes);
}
