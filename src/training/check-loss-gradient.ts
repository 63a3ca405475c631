import { z } from "zod";
import { SEMANTICS } from "../catalogue/semantics.js";
import { randomStream } from "../data/random.js";
import type { LossGraph } from "../formula/graph.js";
import { type LossConfig, lossGraph, resolveLoss } from "../losses/losses.js";
import { loadNative } from "../native/addon.js";
import { integerText } from "../validation/count-text.js";
import { parse } from "../validation/parse.js";
import type { GradientCheckOptions } from "./gradient-check-options.generated.js";
import { breaks, findBreakdown, type LossBreakdown, SINGLE_TOLERANCE } from "./loss-breakdown.js";

/** The result of comparing a loss's gradient with finite differences. */
export interface GradientCheck {
  /** Whether they agree for all samples, also in float32, and the gradient is not 0 everywhere. */
  readonly passed: boolean;
  /** The result in words. If the check failed, also what to write instead or what to look for. */
  readonly summary: string;
  /** The formula that was checked. */
  readonly formula: string;
  /** Number of partial derivatives that were compared. */
  readonly compared: number;
  /** Number of those at a kink, where every slope between those of the two sides is correct. */
  readonly kinks: number;
  /** The derivative with the largest error, or the one where the loss breaks. */
  readonly worst: PartialDerivative;
  /** A sample for which the loss breaks in float32, in which training computes; absent if none was found. */
  readonly breakdown?: LossBreakdown;
}

/** The derivative of a sample's loss with respect to one logit. */
export interface PartialDerivative {
  /** The logits, one per class. */
  readonly z: readonly number[];
  /** The target, one number per class. */
  readonly y: readonly number[];
  /** The class whose logit it is, from 0. */
  readonly class: number;
  /** The loss. */
  readonly value: number;
  /** The derivative that training uses, from the formula. */
  readonly gradient: number;
  /** The slope of the loss: a central difference of fourth order. */
  readonly difference: number;
  /** Difference of the two, relative to the larger; infinite if one of them is not finite. */
  readonly error: number;
}

export const gradientCheckSchema = z
  .strictObject({
    classes: z.int().min(2).max(1000).default(10).describe("numbers in a sample's logits and target"),
    semantics: z.enum(SEMANTICS).default("keras3").describe("whose formula a built-in loss has"),
  })
  .describe("how to check a gradient");

const SAMPLES = 16;
const STEP = 1e-5;
const TOLERANCE = 1e-5;
/** Relative rounding error in double precision. Finite differences cannot distinguish a smaller slope from 0. */
const ROUNDING = 4 * Number.EPSILON;
/** Derivatives below this fraction of the largest one are compared as if they had this size. */
const SMALL = 1e-3;
/** The same for float32, where only the larger derivatives matter for training. */
const SMALL_IN_SINGLE = 0.1;

/** Returns a number from -1 to 1 at each call. */
type Uniform = () => number;

/** Logits as at the start of and during training. All are representable in float32. */
const ORDINARY: readonly ((uniform: Uniform, classes: number) => number[])[] = [
  (_, classes) => Array(classes).fill(0),
  (uniform, classes) => Array(classes).fill(10 * uniform()),
  (uniform, classes) => Array.from({ length: classes }, () => 3 * uniform()),
  (uniform, classes) => Array.from({ length: classes }, () => Math.max(0, 3 * uniform())),
  (uniform, classes) => Array.from({ length: classes }, () => 30 * uniform()),
];
/** Logits hundreds apart, as for a very confident model. Differences fail there; float32 is compared with double precision. */
const EXTREME: typeof ORDINARY = [
  (uniform, classes) => Array.from({ length: classes }, () => 300 * uniform()),
  (uniform, classes) => {
    const sure = Math.floor(((uniform() + 1) / 2) * classes) % classes;
    const size = 300 * uniform();
    return Array.from({ length: classes }, (_, k) => (k === sure ? size : 0));
  },
];

/**
 * Compares the gradient that training uses with finite differences of the loss, in double precision. Also compares the
 * gradient in float32, in which training computes, with that in double precision. Logits are all 0, all equal, moderate, partly
 * 0, large, or hundreds apart; targets are one-hot or soft. Every call uses the same samples.
 *
 * @example checkLossGradient({ name: "mine", formula: "mean(abs(softmax(z) - y))" }, { classes: 10 }).passed
 * @throws OptimbenchError (CONFIG, FORMULA, LIBTORCH, NATIVE)
 */
export function checkLossGradient(loss: LossConfig, options: GradientCheckOptions = {}): GradientCheck {
  const { classes, semantics } = parse(gradientCheckSchema, options, "options");
  const resolved = resolveLoss(loss, semantics, classes);
  const graph = lossGraph(resolved);
  const groups = [...ORDINARY, ...EXTREME].map((logits, i) => samples(logits, i, classes));
  const all = groups.slice(0, ORDINARY.length).flatMap((group) => compare(graph, group, classes));
  const largest = Math.max(...all.map(({ gradient }) => Math.abs(gradient)).filter(Number.isFinite), 0);
  const breakdown = firstBreakdown(graph, groups, classes, SMALL_IN_SINGLE * largest);
  const { kink: _, ...worst } =
    breakdown === undefined
      ? all.reduce((a, b) => (b.error > a.error ? b : a))
      : derivativeAt(graph, breakdown);
  const flat = all.every(({ gradient }) => gradient === 0);
  const compared = all.length + groups.length * SAMPLES * classes;
  return {
    passed: breakdown === undefined && worst.error <= TOLERANCE && !flat,
    summary: breakdown === undefined ? summary(worst, flat, compared) : breakdownText(breakdown),
    formula: resolved.formula,
    compared,
    kinks: all.filter(({ kink }) => kink).length,
    worst,
    ...(breakdown !== undefined && { breakdown }),
  };
}

function summary({ error, value }: PartialDerivative, flat: boolean, compared: number): string {
  if (!Number.isFinite(value))
    return "The loss is not a finite number at some logits. Check divisions, logarithms and roots of values that can be 0 or negative.";
  if (flat)
    return "The gradient is 0 at all logits, so the model would not learn. Comparisons, sign and oneHot have no slope.";
  if (error > TOLERANCE)
    return "The gradient is not the slope of the loss at some logits. Check for a jump, or a value taken at a single point.";
  return `The gradient agrees with finite differences, and float32 with double precision, at all ${integerText(compared)} points.`;
}

const BROKEN = {
  value: "the loss is not a finite number",
  gradient: "the gradient is not a finite number, although the loss is,",
  precision: `the gradient is off by more than ${100 * SINGLE_TOLERANCE}%`,
} as const;

const LISTED = 10;

function breakdownText({ what, z, part, instead }: LossBreakdown): string {
  const short = (number: number) => String(Number(number.toPrecision(3)));
  const gap = Math.max(...z) - Math.min(...z);
  const row = `${z.slice(0, LISTED).map(short).join(" ")}${z.length > LISTED ? " ..." : ""}`;
  const where =
    gap > 0
      ? `where two logits are ${short(gap)} apart (z = ${row})`
      : `where all logits are ${short(z[0]!)}`;
  const found = `In float32, the precision of training, ${BROKEN[what]} ${where}.`;
  if (part === undefined)
    return `${found} Check for large powers, such as exp(z), and differences of nearly equal numbers, such as 1 - sigmoid(z).`;
  if (instead === undefined) return `${found} The first expression to fail is ${part}.`;
  return `${found} Write ${instead} instead of ${part}.`;
}

interface Samples {
  readonly logits: Float64Array;
  readonly targets: Float64Array;
}

/** Random samples, in which every other target is one-hot. */
function samples(logitsOf: (typeof ORDINARY)[number], seed: number, classes: number): Samples {
  const next = randomStream(seed, "samples");
  const uniform = () => next() / 2 ** 32;
  const rows = Array.from({ length: SAMPLES }, () => logitsOf(() => 2 * uniform() - 1, classes));
  const logits = Float64Array.from(Float32Array.from(rows.flat()));
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

/** The first sample at which float32 fails; ordinary samples are tried before extreme ones. */
function firstBreakdown(
  graph: LossGraph,
  groups: readonly Samples[],
  classes: number,
  scale: number,
): LossBreakdown | undefined {
  const inBoth = (of: LossGraph, logits: Float64Array, targets: Float64Array) => ({
    single: run(of, Float32Array.from(logits), Float32Array.from(targets), classes),
    double: run(of, logits, targets, classes),
  });
  for (const { logits, targets } of groups) {
    const { single, double } = inBoth(graph, logits, targets);
    for (let i = 0; i < SAMPLES; i++) {
      const of = <Vector extends Float32Array | Float64Array>(vector: Vector) =>
        vector.subarray(i * classes, (i + 1) * classes);
      const at = ({ values, gradient }: typeof single | typeof double) => ({
        values: values.subarray(i, i + 1),
        gradient: of(gradient),
      });
      if (breaks({ single: at(single), double: at(double) }, scale) === undefined) continue;
      const sample = { z: [...of(logits)], y: [...of(targets)] };
      return findBreakdown(graph, sample, scale, (part, z, y) =>
        inBoth(part, Float64Array.from(z), Float64Array.from(y)),
      );
    }
  }
  return undefined;
}

/** The worst derivative at a breakdown, with value and gradient in float32. */
function derivativeAt(graph: LossGraph, { z, y }: LossBreakdown) {
  const classes = z.length;
  const sample = { logits: Float64Array.from(z), targets: Float64Array.from(y) };
  const single = run(graph, Float32Array.from(z), Float32Array.from(y), classes);
  const found = compare(graph, sample, classes).map((each, k) => {
    const gradient = single.gradient[k]!;
    const error =
      Math.abs(gradient - each.difference) / Math.max(Math.abs(each.difference), Number.MIN_VALUE);
    return {
      ...each,
      value: single.values[0]!,
      gradient,
      error: Number.isFinite(error) && Number.isFinite(single.values[0]!) ? error : Number.POSITIVE_INFINITY,
    };
  });
  const isInfinite = ({ gradient }: { readonly gradient: number }) => !Number.isFinite(gradient);
  return found.reduce((a, b) => (b.error > a.error || (isInfinite(b) && !isInfinite(a)) ? b : a));
}

/** Whether a value jumps: it changes much over one step, and almost not over the next. */
const jumps = (value: number, near: number, far: number) =>
  Math.abs(near - value) > 1e-7 * (1 + Math.abs(value)) &&
  Math.abs(far - near) < 0.1 * Math.abs(near - value);

type FourNumbers = [number, number, number, number];

function compare(graph: LossGraph, { logits, targets }: Samples, classes: number) {
  const at = run(graph, logits, targets, classes);
  /** The values with the logit of class `k` moved by `steps` steps in every sample. */
  const moved = (k: number, steps: number) => {
    const there = logits.map((each, i) => (i % classes === k ? each + steps * STEP : each));
    return run(graph, there, targets, classes).values;
  };
  const around = Array.from({ length: classes }, (_, k) => [-2, -1, 1, 2].map((steps) => moved(k, steps)));
  const scale = Math.max(...at.gradient.map(Math.abs).filter(Number.isFinite), 0);

  return Array.from(at.gradient, (gradient, i) => {
    const [sample, k] = [Math.floor(i / classes), i % classes];
    const value = at.values[sample]!;
    const [farLeft, left, right, farRight] = around[k]!.map((values) => values[sample]!) as FourNumbers;
    const slopes = [(right - value) / STEP, (value - left) / STEP];
    const difference = (8 * (right - left) - (farRight - farLeft)) / (12 * STEP);
    const kink = Math.abs(slopes[0]! - slopes[1]!) > SMALL * scale;
    // Derivatives below this size are compared as if they had it: they are negligible, or not distinguishable from 0.
    const least = Math.max(SMALL * scale, (ROUNDING * (1 + Math.abs(value))) / STEP / TOLERANCE);
    const errorFrom = (slope: number) => {
      const distance = Math.abs(gradient - slope);
      return distance === 0 ? 0 : distance / Math.max(Math.abs(gradient), Math.abs(slope), least);
    };
    const ofDifference = errorFrom(difference);
    const nearest = Math.min(Math.max(gradient, Math.min(...slopes)), Math.max(...slopes));
    const isKink = ofDifference > TOLERANCE && !jumps(value, right, farRight) && !jumps(value, left, farLeft);
    const error = isKink ? Math.min(ofDifference, errorFrom(nearest)) : ofDifference;
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

function run<Vector extends Float32Array | Float64Array>(
  graph: LossGraph,
  logits: Vector,
  targets: Vector,
  classes: number,
) {
  return loadNative().runLoss(graph, logits, targets, classes);
}
