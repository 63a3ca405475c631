import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Source } from "../../src/catalogue/semantics.js";
import { runUpdate } from "../../src/native/run-update.js";
import {
  OPTIMIZER_NAMES,
  OPTIMIZERS,
  type OptimizerConfig,
  type OptimizerName,
  resolveOptimizer,
  updateGraph,
} from "../../src/optimizers/optimizers.js";
import { relativeError } from "../relative-error.js";
import { goldenNames, readGolden } from "./golden-files.js";

/** The output of test/golden/optimizers.py. */
interface Golden {
  readonly optimizer: OptimizerName;
  readonly semantics: Source;
  readonly theta: readonly number[];
  readonly gradients: readonly (readonly number[])[];
  readonly cases: readonly {
    readonly settings: object;
    readonly learningRates: readonly number[];
    readonly path: readonly (readonly number[])[];
  }[];
}

/** Optimizers whose path float32 cannot follow to 1e-6: each of the 24 steps rounds theta by up to 2^-24 of its size. */
const ROUNDED = new Set(["author lion", "keras3 lion", "pytorch adamax", "pytorch adamw"]);

const DECAY = /^l2$|weightDecay$/i;

/** Keras 2's legacy optimizers have no weight decay. */
const WITHOUT_DECAY = /^keras2-(?!adafactor|adamw|lion)/;

const folder = new URL("../golden/optimizers/", import.meta.url);
const goldens = readdirSync(folder).map(
  (file): Golden => JSON.parse(readFileSync(new URL(file, folder), "utf8")),
);

it("has a golden file for every optimizer of every source", () => {
  const wanted = OPTIMIZER_NAMES.flatMap((name) =>
    Object.keys(OPTIMIZERS[name].defaults).map((source) => `${source}-${name}.json`),
  );
  expect([...goldenNames].sort()).toEqual(wanted.sort());
});

it.each(goldenNames)("%s has 20 steps, gradients of 0, 1e-6 and 1e3, and a rate that changes", (file) => {
  const { gradients, cases, learningRates = cases[0].learningRates } = readGolden(file);
  expect(gradients.length).toBeGreaterThanOrEqual(20);
  const sizes = new Set((gradients as number[][]).flat().map(Math.abs));
  expect([0, 1e-6, 1e3].filter((size) => !sizes.has(size))).toEqual([]);
  expect(new Set(learningRates).size).toBeGreaterThan(1);
});

it.each(goldenNames.filter((file) => !WITHOUT_DECAY.test(file)))(
  "%s has weights that decay, and weights that do not",
  (file) => {
    const { defaults, cases } = readGolden(file);
    const decays = (cases as Golden["cases"]).map(({ settings }) =>
      Object.entries<number>({ ...defaults, ...settings }).some(
        ([key, value]) => DECAY.test(key) && value > 0,
      ),
    );
    expect(new Set(decays)).toEqual(new Set([true, false]));
  },
);

describe.each(goldens)("$semantics $optimizer", ({ optimizer, semantics, theta, gradients, cases }) => {
  it.each(cases)("follows the framework's path with $settings", ({ settings, learningRates, path }) => {
    const resolved = resolveOptimizer(
      { name: optimizer, semantics, ...settings } as OptimizerConfig,
      "keras3",
    );
    // The framework's default if the settings have none; Keras stores it in float32.
    expect(relativeError([learningRates[0]!], [resolved.learningRate], 0)).toBeLessThan(1e-7);
    expect(path.length).toBeGreaterThanOrEqual(20);

    const run = <Vector extends Float32Array | Float64Array>(vector: (values: readonly number[]) => Vector) =>
      runUpdate(
        updateGraph(resolved),
        vector(theta),
        gradients.map((gradient, i) => ({ gradient: vector(gradient), learningRate: learningRates[i]! })),
      );
    const inDouble = run((values) => Float64Array.from(values));
    const inSingle = run((values) => Float32Array.from(values));
    const single = ROUNDED.has(`${semantics} ${optimizer}`) ? path.length * 2 ** -24 : 1e-6;
    for (const [i, expected] of path.entries()) {
      // Keras 2 stores a constant of Nadam in float32, even in double precision.
      const precision = semantics === "keras2" && optimizer === "nadam" ? 1e-6 : 1e-12;
      expect(relativeError(inDouble[i]!, expected, 1e-12)).toBeLessThan(precision);
      expect(relativeError(inSingle[i]!, expected, 1)).toBeLessThan(single);
    }
  });
});
