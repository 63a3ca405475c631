import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { parseUpdate } from "../../src/formula/parse-update.js";
import {
  OPTIMIZER_NAMES,
  OPTIMIZERS,
  type OptimizerConfig,
  resolveOptimizer,
  updateGraph,
} from "../../src/optimizers/optimizers.js";
import { relativeError } from "../relative-error.js";
import { GPU } from "../simulated-gpu.js";
import { path, type Shapes, type Update } from "./update-path.js";

vi.mock(import("../../src/install/runtime-libraries.js"), async (original) =>
  (await import("../simulated-gpu.js")).simulatedGpu(original),
);

const SHAPES: Shapes = [[4, 3, 3, 2], [4], [9, 8], [1]];

/** Compares kernels with libtorch's operators on the device, for three steps. */
function checkAlike(update: Update, tolerance: number, evaluation = false): void {
  const expected = path(update, "reference", SHAPES, { device: GPU, evaluation });
  for (const [i, found] of path(update, "", SHAPES, { device: GPU, evaluation }).entries())
    expect(relativeError(found, expected[i]!, 1)).toBeLessThan(tolerance);
}

describe("an update on a device agrees with libtorch's operators", () => {
  const definitions = OPTIMIZER_NAMES.flatMap((name) =>
    Object.keys(OPTIMIZERS[name].defaults).map((semantics) => [name, semantics] as const),
  );
  it.each(definitions)("on %s of %s", (name, semantics) => {
    for (const gradientTransforms of [{}, { clipNorm: 0.5, globalClipNorm: 1, weightAverage: 0.9 }]) {
      if (name.startsWith("scheduleFree") && "weightAverage" in gradientTransforms) continue;
      const update = updateGraph(
        resolveOptimizer({ name, semantics, ...gradientTransforms } as OptimizerConfig, "keras3"),
      );
      checkAlike(update, 2e-6);
      checkAlike(update, 2e-6, true);
    }
  });

  it.each([
    ["swapped states", "a = b; b = a; theta = theta - 0.1 * (a + b + g)"],
    ["an old value", "old = m; m = 0.9 * m + g; theta = theta - learningRate * m + 0.1 * old"],
    ["numbers", "m = 0.5 * m + g; theta = theta - learningRate * m; m = learningRate; g = 2"],
    ["a reduction of what is overwritten", "theta = theta - 0.1 * g; g = g / norm(theta)"],
    ["a reduction in between", "m = m + g ** 2; theta = theta - 0.1 * (m / mean(m) + norm(m * g))"],
    ["powers", "m = m + 1; theta = theta - 0.1 * (abs(g) + 0.1) ** (1 / t) + m ** 3 + m ** -0.5"],
  ])("with %s", (_, formula) => {
    const state = formula.startsWith("a =") ? { a: 1, b: 2 } : {};
    checkAlike(parseUpdate(formula, { hyperparameters: {}, state }), 2e-6);
  });

  const exact = fc.constantFrom("theta", "g", "m", "abs(g)", "-theta", "maximum(theta, g)", "t");
  const numbers = fc.constantFrom("0.5", "0.3", "t", "learningRate", "(1 - beta ** t)");
  const { expression } = fc.letrec<{ expression: string }>((tie) => {
    const x = tie("expression");
    return {
      expression: fc.oneof(
        { maxDepth: 5 },
        exact,
        numbers,
        fc.tuple(x, fc.constantFrom("+", "-"), x).map((parts) => `(${parts.join(" ")})`),
        fc.tuple(numbers, x).map(([c, a]) => `(${c} * ${a})`),
        fc.tuple(x, x).map(([a, b]) => `(${a} / (sqrt(abs(${b}) + 0.1) + 0.2))`),
        fc
          .tuple(exact, fc.constantFrom("<", "<=", ">", ">=", "==", "!="), exact, x, x)
          .map(([a, is, b, c, d]) => `where(${a} ${is} ${b}, ${c}, ${d})`),
        fc.tuple(x, x).map(([a, b]) => `minimum(${a}, ${b})`),
        x.map((a) => `clip(${a}, -0.7, relu(theta))`),
        fc
          .tuple(fc.constantFrom("tanh", "sigmoid", "softplus", "abs"), x)
          .map(([name, a]) => `${name}(${a})`),
        exact.map((a) => `sign(${a})`),
        exact.map((a) => `log(exp(clip(${a}, -2, 2)) + 1)`),
        x.map((a) => `mean(${a} + 0 * theta)`),
        x.map((a) => `norm(${a} - 0 * g) / sqrt(sum(0 * theta + 1))`),
      ),
    };
  });
  const formulas = fc.record({
    m: expression,
    old: fc.constantFrom("m", "theta", "v", "v * 0.5 + g"),
    theta: expression,
    on: fc.constantFrom("", "parameters"),
    order: fc.constantFrom("m, v", "v, m"),
  });
  it("on any formula", () => {
    fc.assert(
      fc.property(formulas, ({ m, old, theta, on, order }) => {
        const states = [`m = tanh(0.9 * m + ${m})`, `v = ${old}`];
        if (order === "v, m") states.reverse();
        const text = [...states, `theta = theta - 0.1 * tanh(${theta} + v + 0 * beta * g)`].join("\n");
        const update = parseUpdate(on === "" ? text : `${on}: {\n${text}\n}`, {
          hyperparameters: { beta: 0.9 },
        });
        checkAlike(update, 2e-4);
      }),
      { numRuns: 15 }, // a compiler runs for each
    );
  }, 120_000);
});
