import { join } from "node:path";
import { expect, it } from "vitest";
import { type CompareConfig, parseCompareConfig } from "../../src/config/compare-config.js";
import { planRun } from "../../src/config/run-plan.js";
import { studyArms } from "../../src/config/study-arms.js";
import { planStudy } from "../../src/config/study-plan.js";
import { parseTrainConfig, type TrainConfig } from "../../src/config/train-config.js";
import { train } from "../../src/index.js";

const dataset = { name: "some", count: 100, height: 8, width: 8, channels: 1, classes: 3 };
const plan = (config: object) => planRun(parseTrainConfig(config as TrainConfig), dataset);
const layers = [{ type: "flatten" }, { type: "dense", units: 3 }];

const FACTORS: readonly (readonly [factors: object, train: string, compare: string])[] = [
  [{ optimizer: { name: "sgd", dampening: 0.1 } }, "`optimizer.dampening`", "`optimizers[1].dampening`"],
  [{ optimizer: { name: "sgd", nesterov: true } }, "`optimizer` (sgd)", "`optimizers[1]` (sgd)"],
  [
    { optimizer: { name: "adamw", decoupledWeightDecay: 0.1 } },
    "`optimizer` (adamw)",
    "`optimizers[1]` (adamw)",
  ],
  [{ optimizer: { name: "sgd", formula: "theta = g" } }, "`optimizer.formula`", "`optimizers[1].formula`"],
  [{ optimizer: { name: "mine", formula: "theta = gg" } }, "`optimizer.formula`", "`optimizers[1].formula`"],
  [
    { optimizer: "ftrl", schedule: { name: "constant", warmUpEpochs: 1 } },
    "`optimizer` (ftrl)",
    "`optimizers[1]` (ftrl)",
  ],
  [
    { optimizer: "sgd", schedule: { name: "oneCycle", baseMomentum: 0, maxMomentum: 0.9 } },
    "`optimizer` (sgd)",
    "`optimizers[1]` (sgd)",
  ],
  [{ loss: { name: "huber", labelSmoothing: 0.1 } }, "`loss.labelSmoothing`", "`losses[1].labelSmoothing`"],
  [
    { loss: { name: "multiMargin", classWeights: [1, 2] } },
    "`loss.classWeights`",
    "`losses[1].classWeights`",
  ],
  [
    { loss: { name: "mine", formula: "sum(w * z)", hyperparameters: { w: [1, 2] } } },
    "`loss.hyperparameters.w`",
    "`losses[1].hyperparameters.w`",
  ],
  [{ loss: { name: "mine", formula: "z" } }, "`loss.formula`", "`losses[1].formula`"],
];

/** An error with this path, also in its message. */
const at = (place: string) =>
  expect.objectContaining({
    message: expect.stringContaining(place),
    path: /`(.*)`/.exec(place)![1],
  }) as Error;

it.each(FACTORS)("says where in the config the problem of %j is", (factors, inTrain, inCompare) => {
  const { optimizer, loss, ...shared } = { ...(factors as TrainConfig), model: { layers } } as TrainConfig;
  expect(() => plan({ ...shared, ...factors })).toThrow(at(inTrain));
  const several = {
    ...shared,
    optimizers: ["adam", ...[optimizer ?? []].flat()],
    losses: ["brier", ...[loss ?? []].flat()],
  } as CompareConfig;
  expect(() => planStudy(studyArms(parseCompareConfig(several)), () => dataset)).toThrow(at(inCompare));
});

it.each([
  [{ schedule: { name: "mine", formula: "rate" } }, "`schedule.formula`"],
  [{ schedule: { name: "piecewise", boundaries: [1], values: [1, 2, 3] } }, "`schedule.values`"],
])("says where in the config the problem of %j is", (config, place) => {
  expect(() => plan({ ...config, model: { layers } })).toThrow(at(place));
});

it.each([
  [{ name: "cosine", decaySteps: 1, decayEpochs: 1 }, "`schedule.decaySteps`"],
  [{ name: "cosineRestarts", firstDecaySteps: 1, firstDecayEpochs: 1 }, "`schedule.firstDecaySteps`"],
  [{ name: "piecewise", values: [1, 2] }, "`schedule.boundaries`"],
  [{ name: "oneCycle", baseMomentum: 0.5 }, "`schedule.baseMomentum`"],
])("says which keys of the schedule %j do not go together", (schedule, key) => {
  expect(() => plan({ schedule, model: { layers } })).toThrow(
    expect.objectContaining({ message: expect.stringContaining(key), path: "schedule" }),
  );
});

it.each([
  [[{ type: "dense", units: 3 }], "`model.layers[0]`"],
  [[{ type: "conv2d", filters: 4, kernelSize: 3, groups: 3 }], "`model.layers[0]`"],
  [[{ type: "groupNorm", groups: 2 }], "`model.layers[0]`"],
  [
    [
      { type: "activation", activation: "relu" },
      { type: "maxPool2d", poolSize: 9 },
    ],
    "`model.layers[1]`",
  ],
  [
    [{ type: "residual", layers: [{ type: "conv2d", filters: 1, kernelSize: 9 }] }],
    "`model.layers[0].layers[0]`",
  ],
])("says which layer of %j does not fit its input", (layers, place) => {
  expect(() => plan({ model: { layers } })).toThrow(at(place));
});

it.each([
  ["dataset", { dataset: join(import.meta.dirname, "nowhere") }],
  ["dataset", { dataset: import.meta.filename }],
  ["dataset", { dataset: import.meta.dirname }],
  ["dataset", { dataset: "mnist", dataDir: import.meta.dirname }],
  ["dataset.labels", { dataset: { images: new Uint8Array(4), labels: [] } }],
  ["dataset.labels[1]", { dataset: { images: new Uint8Array(8), labels: [0, 5], classes: 3 } }],
  ["schedule.formula", { dataset: "mnist-10k", schedule: { name: "mine", formula: "0 - 1" } }],
])("has the path %s in the error of %j", async (path, config) => {
  await expect(train(config)).rejects.toMatchObject({ name: "OptimbenchError", path });
});
