import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { compareConfigSchema } from "../../src/config/compare-config.js";
import { trainConfigSchema } from "../../src/config/train-config.js";
import { DATASET_NAMES } from "../../src/data/named/named-datasets.js";
import { LOSS_NAMES, LOSSES } from "../../src/losses/losses.js";
import { LAYER_SCHEMAS } from "../../src/models/layers.js";
import { ACTIVATIONS } from "../../src/models/native-layer.js";
import { GRADIENT_TRANSFORMS } from "../../src/optimizers/gradient-transforms.js";
import { OPTIMIZER_NAMES, OPTIMIZERS } from "../../src/optimizers/optimizers.js";
import { SCHEDULE_NAMES, SCHEDULES } from "../../src/schedules/schedules.js";
import { FOREIGN_NAMES } from "../../src/validation/foreign-names.js";
import { didYouMean, nearest } from "../../src/validation/nearest.js";

const NAMES = ["adam", "sgd", "rmsprop", "adagrad"];

describe("nearest", () => {
  it("finds a name with a typo", () => {
    expect(nearest("admm", NAMES)).toBe("adam");
    expect(nearest("RMSProp", NAMES)).toBe("rmsprop");
    expect(nearest("adagard", NAMES)).toBe("adagrad");
  });

  it("suggests nothing for a dissimilar word", () => {
    expect(didYouMean("lbfgs", NAMES)).toBe("");
  });

  it("finds every name in any case", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{3,12}$/), { minLength: 1 }), (names) => {
        for (const name of names) expect(nearest(name.toUpperCase(), names)).toBe(name);
      }),
    );
  });

  it("finds swapped letters and other separators", () => {
    expect(nearest("sdg", NAMES)).toBe("sgd");
    expect(nearest("batch_size", ["batchSize", "epochs"])).toBe("batchSize");
    expect(nearest("leraning-rate", ["learningRate", "epochs"])).toBe("learningRate");
  });

  it.each([
    ["lr", ["l2", "rho"]],
    ["mse", ["muon", "name"]],
    ["crossentropy", ["binaryCrossentropy"]],
    ["l1", ["l2"]],
    ["x", ["t", "g"]],
  ])("suggests nothing for %s, from which %j differ too much", (word, names) => {
    expect(nearest(word, names)).toBeUndefined();
  });

  it("suggests `activation` for the name of every activation", () => {
    for (const name of ACTIVATIONS)
      expect(didYouMean(name, ["activation"])).toBe(' Did you mean "activation"?');
  });

  it("suggests only words that differ by at most a quarter of their letters", () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/);
    fc.assert(
      fc.property(word, word, (a, b) => {
        const longest = Math.max(a.length, b.length);
        const alike = [...a].filter((letter) => b.includes(letter)).length;
        if (nearest(a, [b]) !== undefined) expect(longest - alike).toBeLessThanOrEqual((longest + 1) / 4);
      }),
    );
  });
});

describe("names of other libraries", () => {
  const adam = [
    "name",
    "learningRate",
    "beta1",
    "beta2",
    "epsilon",
    "l2",
    "decoupledWeightDecay",
    "clipNorm",
  ];
  const run = [
    "dataset",
    "split",
    "model",
    "epochs",
    "batchSize",
    "loss",
    "optimizer",
    "schedule",
    "threads",
  ];
  const study = ["epochs", "batchSize", "losses", "optimizers"];
  const monitors = ["validation.loss", "validation.accuracy", "train.loss", "train.accuracy"];
  it.each<[word: string, candidates: readonly string[], meant: readonly string[]]>([
    ["lr", adam, ["learningRate"]],
    ["learning_rate", adam, ["learningRate"]],
    ["lr", run, ["optimizer.learningRate"]],
    ["learningRate", run, ["optimizer.learningRate"]],
    ["learning_rate", study, ["optimizers[0].learningRate"]],
    ["weight_decay", adam, ["l2", "decoupledWeightDecay"]],
    ["weight_decay", [...adam, "weightDecay"], ["weightDecay"]],
    ["eps", adam, ["epsilon"]],
    ["betas", adam, ["beta1", "beta2"]],
    ["beta_1", adam, ["beta1"]],
    ["batch_size", run, ["batchSize"]],
    ["num_epochs", run, ["epochs"]],
    ["criterion", run, ["loss"]],
    ["lr_scheduler", run, ["schedule"]],
    ["layers", run, ["model.layers"]],
    ["momentum", run, ["optimizer.momentum"]],
    ["momentum", adam, ["beta1"]],
    ["weight_decay", run, ["optimizer.l2", "optimizer.decoupledWeightDecay"]],
    ["class_weight", run, ["loss.classWeights"]],
    ["classWeights", study, ["losses[0].classWeights"]],
    ["loss", study, ["losses"]],
    ["losses", run, ["loss"]],
    ["schedule_free", OPTIMIZER_NAMES, ["scheduleFreeAdamw", "scheduleFreeSgd"]],
    ["validation.acc", monitors, ["validation.accuracy"]],
    ["SGD", OPTIMIZER_NAMES, ["sgd"]],
    ["Adam", OPTIMIZER_NAMES, ["adam"]],
    ["AdamW", OPTIMIZER_NAMES, ["adamw"]],
    ["nesterov", OPTIMIZER_NAMES, ["sgd", "nadam"]],
    ["mse", LOSS_NAMES, ["meanSquaredError"]],
    ["MAE", LOSS_NAMES, ["meanAbsoluteError"]],
    ["crossentropy", LOSS_NAMES, ["sparseCategoricalCrossentropy"]],
    ["cross_entropy", LOSS_NAMES, ["sparseCategoricalCrossentropy"]],
    ["CrossEntropyLoss", LOSS_NAMES, ["sparseCategoricalCrossentropy"]],
    ["sparse_categorical_crossentropy", LOSS_NAMES, ["sparseCategoricalCrossentropy"]],
    ["BCEWithLogitsLoss", LOSS_NAMES, ["binaryCrossentropy"]],
    ["val_loss", monitors, ["validation.loss"]],
    ["val_accuracy", monitors, ["validation.accuracy"]],
    ["CosineAnnealingLR", SCHEDULE_NAMES, ["cosine"]],
    ["ReduceLROnPlateau", SCHEDULE_NAMES, ["reduceOnPlateau"]],
    ["Linear", ["conv2d", "dense"], ["dense"]],
    ["Conv2D", ["conv2d", "dense"], ["conv2d"]],
  ])("%s of %j", (word, candidates, meant) => {
    expect(didYouMean(word, candidates)).toBe(
      ` Did you mean ${meant.map((name) => `"${name}"`).join(" or ")}?`,
    );
  });

  it.each([
    ["Rprop", OPTIMIZER_NAMES],
    ["ASGD", OPTIMIZER_NAMES],
    ["adan", OPTIMIZER_NAMES],
    ["MADGRAD", OPTIMIZER_NAMES],
    ["BinaryFocalCrossentropy", LOSS_NAMES],
    ["QMNIST", DATASET_NAMES],
  ])("%s has no suggestion, although a name is similar", (word, names) => {
    expect(nearest(word, names)).toBeDefined();
    expect(didYouMean(word, names)).toBe("");
  });

  it("map to existing names", () => {
    const layers = JSON.stringify(z.toJSONSchema(z.union(LAYER_SCHEMAS), { io: "input" }));
    const settings = [...Object.values(OPTIMIZERS), ...Object.values(LOSSES)].flatMap((each) =>
      Object.keys(each.hyperparameters),
    );
    const schedules = Object.values(SCHEDULES).flatMap(({ shape }) => Object.keys(shape));
    const configs = [trainConfigSchema.unwrap(), compareConfigSchema.unwrap()].flatMap(({ shape }) =>
      Object.keys(shape),
    );
    const there = new Set([
      ...[
        ...OPTIMIZER_NAMES,
        ...LOSS_NAMES,
        ...SCHEDULE_NAMES,
        ...ACTIVATIONS,
        ...Object.keys(GRADIENT_TRANSFORMS),
      ],
      ...[...settings, ...schedules, ...configs, ...monitors],
      ...["train", "validation", "accuracy", "layers", "theta", "g", "z", "y", "t"],
    ]);
    const ours = [...FOREIGN_NAMES.values()].flat();
    const segments = ours.flatMap((name) => (there.has(name) ? [] : name.split(/\[\d+\]\.|\./)));
    expect(segments.filter((name) => !there.has(name) && !layers.includes(`"${name}"`))).toEqual([]);
  });

  it("are fast even if very long", () => {
    const long = "x".repeat(1_000_000);
    expect(didYouMean(long, NAMES)).toBe("");
    expect(didYouMean("adam", [long])).toBe("");
  });
});
