import { describe, expect, it } from "vitest";
import type { Definition } from "../../src/catalogue/definition.js";
import type { Source } from "../../src/catalogue/semantics.js";
import { parseUpdate } from "../../src/formula/parse-update.js";
import { runUpdate } from "../../src/native/run-update.js";
import { GRADIENT_TRANSFORMS } from "../../src/optimizers/gradient-transforms.js";
import {
  OPTIMIZER_NAMES,
  OPTIMIZERS,
  type OptimizerConfig,
  resolveOptimizer,
  updateGraph,
} from "../../src/optimizers/optimizers.js";
import { relativeError } from "../relative-error.js";

const SHAPES = [[2, 2, 2, 1], [2], [3, 4], [3], [2, 3], [2]];
const THETA = Float64Array.from({ length: 33 }, (_, i) => Math.sin(1 + 2.3 * i));
const STEPS = Array.from({ length: 20 }, (_, t) => ({
  gradient: THETA.map((_, i) => Math.sin(0.7 * t + 1.9 * i)),
  learningRate: 0.01,
}));
const run = (update: Parameters<typeof runUpdate>[0], evaluation = false) =>
  runUpdate(update, THETA, STEPS, { shapes: SHAPES, evaluation });

describe.each(OPTIMIZER_NAMES)("the average of %s's weights", (name) => {
  const { defaults, hyperparameters }: Definition = OPTIMIZERS[name];
  const switches = Object.keys(hyperparameters).filter((key) =>
    Object.values(defaults).some((values) => typeof values[key] === "boolean"),
  );
  const cases = (Object.keys(defaults) as Source[]).flatMap((semantics) =>
    [{}, ...switches.map((key) => ({ [key]: true, momentum: 0.5 }))].map((settings) => ({
      semantics,
      settings,
    })),
  );

  it.each(cases)(
    "follows the weights in $semantics with $settings, whatever the formula's names",
    (given) => {
      const config = { name, semantics: given.semantics, ...given.settings } as OptimizerConfig;
      if (name.startsWith("scheduleFree") && given.semantics === "author") return;
      const path = run(updateGraph(resolveOptimizer(config, "keras3")));
      const averaged = updateGraph(
        resolveOptimizer({ ...(config as object), weightAverage: 0.8 } as OptimizerConfig, "keras3"),
      );
      expect(run(averaged)).toEqual(path); // the average does not change the weights
      let average = path[0]!;
      for (const [t, found] of run(averaged, true).entries()) {
        average = average.map((before, i) => (t === 0 ? before : 0.8 * before + 0.2 * path[t]![i]!));
        expect(relativeError(found, average, 1e-3)).toBeLessThan(1e-9);
      }
    },
  );
});

it("uses no name that is a hyperparameter of an optimizer", () => {
  const own = OPTIMIZER_NAMES.flatMap((name) => Object.keys(OPTIMIZERS[name].hyperparameters));
  expect(Object.keys(GRADIENT_TRANSFORMS).filter((name) => own.includes(name))).toEqual([]);
});

it("separates states of different blocks with the same name", () => {
  const text = (a: string, b: string, c: string) => `
    ${a} = 0.5 * ${a} + g
    theta = theta - learningRate * ${a}
    all: { ${b} = 0.9 * ${b} + g ** 2; theta = theta - learningRate * g / (sqrt(${b}) + 1) }
    parameters: { ${c} = ${c} + norm(g); theta = theta - learningRate * g / ${c} }
    dense: { ${b} = ${b} + mean(g); theta = theta - learningRate * ${b} }
    ${c} = ${c} + theta; theta = theta - 0.1 * ${c} + 0 * g`;
  const alike = parseUpdate(text("m", "m", "m"), { hyperparameters: {} });
  const different = parseUpdate(text("m", "v", "n"), { hyperparameters: {} });
  expect(run(alike)).toEqual(run(different));
});
