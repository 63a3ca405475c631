import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { explain } from "../../src/explain/explain.js";
import { runUpdate } from "../../src/native/run-update.js";
import { resolveOptimizer, updateGraph } from "../../src/optimizers/optimizers.js";
import { relativeError } from "../relative-error.js";

type Path = readonly (readonly number[])[];

/** The output of test/golden/schedule_free_modes.py. */
const golden: {
  learningRate: number;
  theta: number[];
  gradients: number[][];
  backends: Record<"torch" | "tensorflow" | "jax", { version: string; eager: Path; graph?: Path }>;
} = JSON.parse(readFileSync(new URL("../golden/schedule_free_modes.json", import.meta.url), "utf8"));

const update = updateGraph(resolveOptimizer({ name: "scheduleFreeAdamw", semantics: "keras3" }, "keras3"));
const ours = runUpdate(
  update,
  Float64Array.from(golden.theta),
  golden.gradients.map((gradient) => ({
    gradient: Float64Array.from(gradient),
    learningRate: golden.learningRate,
  })),
);
const errorOf = (path: Path | undefined) =>
  Math.max(...path!.map((expected, i) => relativeError(ours[i]!, expected, 1e-2)));

it("equals Keras' ScheduleFreeAdamW on PyTorch and in TensorFlow's eager mode only", () => {
  const { torch, tensorflow, jax } = golden.backends;
  expect(errorOf(torch.eager)).toBeLessThan(1e-11);
  expect(errorOf(tensorflow.eager)).toBeLessThan(1e-6);
  for (const other of [tensorflow.graph, jax.eager, jax.graph]) expect(errorOf(other)).toBeGreaterThan(0.1);
  for (const [i, expected] of jax.eager.entries())
    expect(relativeError(jax.graph![i]!, expected, 1e-2)).toBeLessThan(1e-11);
});

it("says so in its explanation", () => {
  expect(explain("scheduleFreeAdamw").note).toContain(
    "`keras3` equals it on PyTorch, and on TensorFlow run eagerly",
  );
});
