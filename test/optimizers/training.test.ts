import { expect, it } from "vitest";
import { train } from "../../src/index.js";
import {
  OPTIMIZER_NAMES,
  type OptimizerConfig,
  type OptimizerName,
} from "../../src/optimizers/optimizers.js";

/** Settings with which one epoch is enough, for optimizers whose defaults need more. */
const SETTINGS: { readonly [Name in OptimizerName]?: object } = {
  sgd: { learningRate: 0.02, momentum: 0.9 },
  adagrad: { semantics: "pytorch" },
  adadelta: { learningRate: 2 },
  adamax: { learningRate: 0.003 },
  ftrl: { learningRate: 0.01, initialAccumulator: 1e-10 }, // a larger value would remove the initial weights
  lion: { learningRate: 0.0003 },
  lamb: { learningRate: 0.01 },
  adafactor: { semantics: "pytorch" }, // Keras' version divides 0 by 0 for dead units
};

it.each(OPTIMIZER_NAMES)("%s trains paper-cnn on 2,000 digits above chance", async (name) => {
  const run = await train({
    dataset: "mnist-10k",
    split: { train: 2000, validation: 500 },
    optimizer: { name, ...SETTINGS[name] } as OptimizerConfig,
    epochs: 1,
    untimedSteps: false,
  });
  run.model.dispose();
  expect(run.status).toBe("completed");
  expect(run.history[1]!.validation.accuracy).toBeGreaterThan(0.25); // 0.1 is chance
});
