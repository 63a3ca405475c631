import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { SEMANTICS } from "../../src/catalogue/semantics.js";
import { FUNCTIONS, LOSS_FUNCTIONS, OPERATORS } from "../../src/formula/functions.js";
import type { LossGraph } from "../../src/formula/graph.js";
import { parseLoss } from "../../src/formula/parse-loss.js";
import { LOSS_NAMES, type LossConfig, lossGraph, resolveLoss } from "../../src/losses/losses.js";
import { loadNative } from "../../src/native/addon.js";

afterEach(() => vi.unstubAllEnvs());

const CLASSES = 4;

/** A loss's values and gradient from its graph, and from libtorch's autograd. */
function both<Vector extends Float32Array | Float64Array>(graph: LossGraph, z: Vector, y: Vector) {
  const run = () => loadNative().runLoss(graph, z, y, CLASSES);
  vi.stubEnv("OPTIMBENCH_KERNELS", "");
  const symbolic = run();
  vi.stubEnv("OPTIMBENCH_KERNELS", "reference"); // autograd
  return { symbolic, autograd: run() };
}

const vector = (one: fc.Arbitrary<number>) =>
  fc.array(one, { minLength: 3 * CLASSES, maxLength: 3 * CLASSES }).map((all) => Float32Array.from(all));
/** Many equal numbers, zeros and halves, where functions have kinks; and others. */
const logits = vector(
  fc.oneof(fc.constantFrom(-1, 0, 0.5, 1, 2), fc.double({ min: -20, max: 20, noNaN: true })),
);
const targets = vector(fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })));

describe("the gradient of a built-in loss is autograd's, to the bit", () => {
  const variants: LossConfig[] = LOSS_NAMES.flatMap((name) =>
    [...SEMANTICS, "author" as const].flatMap((semantics) =>
      [{}, { labelSmoothing: 0.1 }, { p: 2 as const }, { gamma: 0.5 }, { delta: 0.3 }].map(
        (settings) => ({ name, semantics, ...settings }) as LossConfig,
      ),
    ),
  );
  const graphs = new Map<string, LossGraph>();
  for (const variant of variants) {
    try {
      graphs.set(JSON.stringify(variant), lossGraph(resolveLoss(variant, "keras3")));
    } catch {} // not a setting or a source of this loss
  }

  it("for every loss", () => {
    expect(new Set([...graphs.keys()].map((text) => JSON.parse(text).name))).toEqual(new Set(LOSS_NAMES));
  });

  it.each([...graphs])("%s", (_, graph) => {
    fc.assert(
      fc.property(logits, targets, (z, y) => {
        const single = both(graph, z, y);
        expect(single.symbolic).toEqual(single.autograd);
        const double = both(graph, Float64Array.from(z), Float64Array.from(y));
        expect(double.symbolic).toEqual(double.autograd);
      }),
      { numRuns: 50 },
    );
  });
});

describe("the gradient of a custom loss is autograd's", () => {
  const { row } = fc.letrec<{ row: string; number: string }>((tie) => {
    const [row, number] = [tie("row"), tie("number")];
    const anything = fc.oneof(row, number);
    const call = (names: readonly string[], of: fc.Arbitrary<string>) =>
      fc.tuple(fc.constantFrom(...names), of).map(([name, x]) => `${name}(${x})`);
    const family = (wanted: string, arity = 1) =>
      Object.entries(FUNCTIONS).flatMap(([name, found]) =>
        found.family === wanted && found.arity === arity ? [name] : [],
      );
    const pair = fc.tuple(row, anything).map(([a, b]) => `${a}, ${b}`);
    const operation = (of: fc.Arbitrary<readonly [string, string]>) =>
      fc.tuple(fc.constantFrom(...OPERATORS.keys()), of).map(([sign, [a, b]]) => `(${a}) ${sign} (${b})`);
    return {
      row: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        fc.constantFrom("z", "z", "y"),
        operation(fc.tuple(row, anything)),
        operation(fc.tuple(anything, row)),
        row.map((x) => `-(${x})`),
        call(family("elementwise"), row),
        call(family("elementwise", 2), pair),
        call(
          family("elementwise", 3),
          fc.tuple(pair, anything).map(([a, b]) => `${a}, ${b}`),
        ),
        call(family("along-classes"), row),
      ),
      number: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        fc.constantFrom("0", "0.5", "1", "2", "3"),
        call(family("reduction"), row),
        call(family("elementwise"), number),
        operation(fc.tuple(number, number)),
      ),
    };
  });

  // autograd takes the logarithm of a constant base in float32, also in double precision
  it("for random formulas, within the rounding of float32", () => {
    let compared = 0;
    fc.assert(
      fc.property(row, logits, targets, (expression, z, y) => {
        const graph = parseLoss(`mean(${expression}) + 0 * sum(z)`, { hyperparameters: {} });
        const { symbolic, autograd } = both(graph, Float64Array.from(z), Float64Array.from(y));
        expect(symbolic.values).toEqual(autograd.values);
        const scale = Math.max(...autograd.gradient.map(Math.abs));
        for (const [i, expected] of autograd.gradient.entries())
          if (Number.isFinite(scale))
            expect(Math.abs(symbolic.gradient[i]! - expected)).toBeLessThanOrEqual(1e-6 * scale);
          // autograd multiplies the slope of sign, 0, by slopes that may be infinite
          else if (!expression.includes("sign"))
            expect(Number.isFinite(symbolic.gradient[i]!)).toBe(Number.isFinite(expected));
        compared += Number(scale > 0 && Number.isFinite(scale));
      }),
      { numRuns: 2000 },
    );
    expect(compared).toBeGreaterThan(500);
  });

  it.each([...LOSS_FUNCTIONS].map(([name, { arity }]) => [name, arity] as const))(
    "for %s of logits, so that no function needs autograd",
    (name, arity) => {
      const args = ["z", "0.5 * z - 1", "mean(z) + y"].slice(0, arity).join(", ");
      const graph = parseLoss(`sum(y * ${name}(${args}))`, { hyperparameters: {} });
      const [z, y] = [Float32Array.of(1, 0.25, 4, 2.5), Float32Array.of(1, 2, 3, 4)];
      const { symbolic, autograd } = both(graph, z, y);
      expect(symbolic).toEqual(autograd);
    },
  );

  it.each([
    ["sum(abs(z))", [0, 0, 2, -2], [0, 0, 1, -1]],
    ["sum(relu(z))", [0, 0, 2, -2], [0, 0, 1, 0]],
    ["sum(maximum(z, 0))", [0, 0, 2, -2], [0.5, 0.5, 1, 0]],
    ["sum(clip(z, 0, 2))", [0, 1, 2, 3], [0.5, 1, 0.5, 0]],
    ["max(z)", [3, 3, 2, -2], [0.5, 0.5, 0, 0]],
    ["min(z)", [0, 0, 0, 1], [1 / 3, 1 / 3, 1 / 3, 0]],
    ["norm(z)", [0, 0, 0, 0], [0, 0, 0, 0]],
    ["sum(sqrt(z))", [0, 1, 4, 0.25], [Number.POSITIVE_INFINITY, 0.5, 0.25, 1]],
    ["sum(z ** 0 + sign(z) + (z > 0) + oneHot(z))", [0, 1, 2, 3], [0, 0, 0, 0]],
    ["sum(where(z >= 1, z ** 2, 3 * z))", [0, 1, 2, -1], [3, 2, 4, 3]],
    ["where(1 > 0, mean(z), sum(z))", [0, 1, 2, 3], [0.25, 0.25, 0.25, 0.25]],
    ["where(1 > 0, 2, mean(z))", [0, 1, 2, 3], [0, 0, 0, 0]],
  ])("at the kinks of %s", (formula, z, slopes) => {
    const graph = parseLoss(formula, { hyperparameters: {} });
    const { symbolic, autograd } = both(graph, Float64Array.from(z), new Float64Array(4));
    expect([...symbolic.gradient]).toEqual(slopes);
    expect(symbolic).toEqual(autograd);
  });
});

it("contains only what the gradient needs", () => {
  const { nodes, gradient } = parseLoss("-sum(y * logSoftmax(z))", { hyperparameters: {} });
  expect(nodes.map(({ op }) => op)).toEqual(["input", "input", "logSoftmax", "multiply", "sum", "negate"]);
  expect(gradient.nodes.map(({ op }) => op)).toEqual([
    ...["ones", "negate", "like", "multiply", "like", "logSoftmaxGradient"],
  ]);
  expect(gradient.result).toBe(nodes.length + gradient.nodes.length - 1);
});
