import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Source } from "../../src/catalogue/semantics.js";
import { runUpdate } from "../../src/native/run-update.js";
import {
  type OptimizerConfig,
  type OptimizerName,
  resolveOptimizer,
  updateGraph,
} from "../../src/optimizers/optimizers.js";
import { relativeError } from "../relative-error.js";

/** The output of test/golden/parameter_optimizers.py and gradient_transforms.py: parameters with shapes, and evaluation weights. */
interface Golden {
  readonly optimizer: OptimizerName;
  readonly semantics: Source;
  readonly shapes: readonly (readonly number[])[];
  readonly theta: readonly number[];
  readonly gradients: readonly (readonly number[])[];
  readonly learningRates: readonly number[];
  /** The steps after which the path was recorded. */
  readonly steps: readonly number[];
  readonly cases: readonly {
    readonly settings: object;
    readonly path: readonly (readonly number[])[];
    readonly evaluation?: readonly (readonly number[])[];
  }[];
}

const goldens = ["parameter_optimizers", "gradient_transforms"].flatMap((script) => {
  const folder = new URL(`../golden/${script}/`, import.meta.url);
  const read = (file: string): Golden => JSON.parse(readFileSync(new URL(file, folder), "utf8"));
  return readdirSync(folder).map((file) => ({ ...read(file), script }));
});

describe.each(goldens)("$semantics $optimizer of $script.py", (golden) => {
  const { optimizer, semantics, shapes, theta, gradients, learningRates, steps } = golden;

  it.each(golden.cases)("follows the path of its source with $settings", ({ settings, path, evaluation }) => {
    const resolved = resolveOptimizer(
      { name: optimizer, semantics, ...settings } as OptimizerConfig,
      "keras3",
    );
    expect(gradients.length).toBeGreaterThanOrEqual(20);

    const run = <Vector extends Float32Array | Float64Array>(
      vector: (values: readonly number[]) => Vector,
      evaluation: boolean,
    ) => {
      const all = runUpdate(
        updateGraph(resolved),
        vector(theta),
        gradients.map((gradient, i) => ({ gradient: vector(gradient), learningRate: learningRates[i]! })),
        { shapes, evaluation },
      );
      return steps.map((step) => all[step - 1]!);
    };
    // Keras passes some constants through float32, even in double precision.
    const precision = semantics.startsWith("keras") ? 1e-7 : 1e-11;
    const double = (values: readonly number[]) => Float64Array.from(values);
    const single = (values: readonly number[]) => Float32Array.from(values);
    for (const [i, found] of run(double, false).entries())
      expect(relativeError(found, path[i]!, 1e-3)).toBeLessThan(precision);
    for (const [i, found] of run(single, false).entries())
      expect(relativeError(found, path[i]!, 1)).toBeLessThan(1e-6);
    for (const [i, found] of run(double, true).entries())
      expect(relativeError(found, (evaluation ?? path)[i]!, 1e-3)).toBeLessThan(precision);
  });
});
