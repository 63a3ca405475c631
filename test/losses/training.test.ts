import { expect, it } from "vitest";
import type { Source } from "../../src/catalogue/semantics.js";
import { train } from "../../src/index.js";
import { LOSS_NAMES, LOSSES, type LossConfig, resolveLoss } from "../../src/losses/losses.js";

const model = {
  layers: [
    { type: "conv2d", filters: 8, kernelSize: 5, strides: 2, activation: "relu" },
    { type: "maxPool2d" },
    { type: "flatten" },
    { type: "dense", units: 10 },
  ],
} as const;

/** Every formula once: one source if several agree. */
const all = LOSS_NAMES.flatMap((name) => {
  const sources = Object.keys(LOSSES[name].defaults) as Source[];
  const formulas = sources.map(
    (semantics) => resolveLoss({ name, semantics } as LossConfig, "keras3").formula,
  );
  return sources
    .filter((_, i) => formulas.indexOf(formulas[i]!) === i)
    .map((semantics) => ({ name, semantics }));
});

it.each(all)("$name of $semantics learns digits from 2,000 in an epoch", async (loss) => {
  const run = await train({
    dataset: "mnist-10k",
    split: { train: 2000, validation: 500 },
    model,
    loss: loss as LossConfig,
    optimizer: { name: "adam", learningRate: 0.01 },
    epochs: 1,
    untimedSteps: false,
  });
  expect(run.status).toBe("completed");
  expect(run.history[0]!.validation.accuracy).toBeLessThan(0.3);
  expect(run.history[1]!.validation.accuracy).toBeGreaterThan(0.6);
  run.model.dispose();
});
