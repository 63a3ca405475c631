import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { LossGraph } from "../../src/formula/graph.js";
import { parseLoss } from "../../src/formula/parse-loss.js";
import { LOSS_NAMES, lossGraph, resolveLoss } from "../../src/losses/losses.js";
import { loadNative } from "../../src/native/addon.js";
import { relativeError } from "../relative-error.js";
import { GPU } from "../simulated-gpu.js";
import { noise } from "./noise.js";

vi.mock(import("../../src/install/runtime-libraries.js"), async (original) =>
  (await import("../simulated-gpu.js")).simulatedGpu(original),
);

afterEach(() => void vi.unstubAllEnvs());

/** The sum of a loss and its gradient on the device, by our kernel and by libtorch's operators. */
function both(graph: LossGraph, logits: Float32Array, targets: Float32Array, classes: number) {
  const run = () => loadNative().runLoss(graph, logits, targets, classes, GPU);
  const found = run();
  vi.stubEnv("OPTIMBENCH_KERNELS", "reference");
  const expected = run();
  vi.unstubAllEnvs();
  return { found, expected };
}

function checkAlike(graph: LossGraph, samples: number, classes: number, tolerance = 3e-6): void {
  const logits = Float32Array.from(noise(samples * classes, 1), (x) => 6 * x - 3);
  const oneHot = Float32Array.from(logits, (_, i) =>
    i % classes === Math.floor(i / classes) % classes ? 1 : 0,
  );
  const soft = oneHot.map((y) => 0.8 * y + 0.2 / classes);
  for (const targets of [oneHot, soft]) {
    const { found, expected } = both(graph, logits, targets, classes);
    expect(relativeError(found.values, expected.values, 1)).toBeLessThan(tolerance);
    expect(relativeError(found.gradient, expected.gradient, 1)).toBeLessThan(tolerance);
  }
}

describe("a loss on a device agrees with libtorch's operators", () => {
  it.each(LOSS_NAMES)("%s", (name) => {
    for (const semantics of ["keras3", "pytorch"] as const)
      checkAlike(lossGraph(resolveLoss(name, semantics, 10)), 32, 10);
    checkAlike({ ...lossGraph(resolveLoss(name, "keras3", 3)), classWeights: [1, 0, 2.5] }, 2, 3);
  });

  it.each([
    [1, 2],
    [52, 10], // two blocks of threads
    [400, 10],
    [5, 128],
    [5, 200], // by operators
  ])("for %i samples of %i classes", (samples, classes) =>
    checkAlike(lossGraph(resolveLoss("categoricalCrossentropy", "keras3", classes)), samples, classes),
  );

  it.each([
    "mean(abs(softmax(z) - y))",
    "sum(y * log(softmax(z))) / 2 + norm(z) ** 2",
    "max(z) - sum(z * oneHot(y)) + min(z)",
    "sum(minimum(z, y)) + sum(maximum(z, 0.5)) + sum(clip(z, -1, y))",
    "sum(relu(z - 0.1) + sigmoid(z) + tanh(z) + softplus(z)) * max(y)",
    "sum(where(z > y, sqrt(abs(z) + 1), exp(z) ** 1.5))",
    "norm(z - z) + mean(z) * sum(oneHot(z))",
    "where(1 > 0, 2, mean(z))",
  ])("%s", (text) => checkAlike(parseLoss(text, { hyperparameters: {} }), 7, 5));

  const { expression } = fc.letrec<{ expression: string }>((tie) => {
    const x = tie("expression");
    return {
      expression: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom("z", "y", "0.5", "softmax(z)", "logSoftmax(z)", "oneHot(y)"),
        fc.tuple(x, fc.constantFrom("+", "-", "*"), x).map((parts) => `(${parts.join(" ")})`),
        fc.tuple(x, x).map(([a, b]) => `(${a} / (abs(${b}) + 0.5))`),
        fc
          .tuple(fc.constantFrom("tanh", "sigmoid", "softplus", "relu", "square"), x)
          .map(([name, a]) => `${name}(${a})`),
        fc
          .tuple(fc.constantFrom("sum", "mean", "max", "norm", "softmax"), x)
          .map(([name, a]) => `${name}(0.1 * ${a} + 0.1 * z)`),
        fc.tuple(x, x).map(([a, b]) => `where(z > y, ${a}, ${b})`),
        fc.tuple(x, x).map(([a, b]) => `maximum(${a}, ${b})`),
      ),
    };
  });
  it("of any formula", () => {
    fc.assert(
      fc.property(expression, (each) =>
        checkAlike(parseLoss(`mean(tanh(${each} + 0 * z))`, { hyperparameters: {} }), 4, 3, 1e-4),
      ),
      { numRuns: 15 }, // a compiler runs for each
    );
  }, 120_000);

  it("counts NaN as libtorch does", () => {
    const graph = lossGraph(resolveLoss("categoricalCrossentropy", "keras3", 3));
    const logits = Float32Array.of(1, Number.NaN, 2, 1, 2, 3);
    const { found, expected } = both(graph, logits, Float32Array.of(0, 1, 0, 1, 0, 0), 3);
    expect(found.values).toEqual(expected.values);
    expect(relativeError(found.gradient.slice(3), expected.gradient.slice(3), 1)).toBeLessThan(1e-6);
  });
});
