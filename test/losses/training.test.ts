import { expect, it } from "vitest";
import type { Source } from "../../src/config/semantics.js";
import { LOSS_NAMES, LOSSES, type LossConfig } from "../../src/losses/losses.js";
import { train } from "../../src/train.js";

const model = {
  layers: [
    { type: "conv2d", filters: 8, kernelSize: 5, strides: 2, activation: "relu" },
    { type: "maxPool2d" },
    { type: "flatten" },
    { type: "dense", units: 10 },
  ],
} as const;

const all = LOSS_NAMES.flatMap((name) =>
  Object.keys(LOSSES[name].defaults).map((semantics) => ({ name, semantics: semantics as Source })),
);

it.each(all)("$name of $semantics learns digits from 2,000 in an epoch", async (loss) => {
  const run = await train({
    dataset: "mnist-10k",
    split: { train: 2000, validation: 500 },
    model,
    loss: loss as LossConfig,
    optimizer: { name: "adam", learningRate: 0.01 },
    epochs: 1,
    warmUp: false,
  });
  expect(run.status).toBe("completed");
  expect(run.history[0]!.validation.accuracy).toBeLessThan(0.3);
  expect(run.history[1]!.validation.accuracy).toBeGreaterThan(0.6);
  run.model.dispose();
});
