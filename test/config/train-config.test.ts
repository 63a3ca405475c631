import { describe, expect, expectTypeOf, it } from "vitest";
import type { ResolvedTrainConfig } from "../../src/config/resolved-config.js";
import { planRun } from "../../src/config/run-plan.js";
import { parseTrainConfig, type TrainConfig } from "../../src/config/train-config.js";

const MNIST_10K = { name: "mnist-10k", count: 10_000, height: 28, width: 28, channels: 1, classes: 10 };
const resolve = (config: TrainConfig) => planRun(parseTrainConfig(config), MNIST_10K).config;

describe("planRun", () => {
  it("fills in every default", () => {
    const config = resolve({});
    expect(config).toMatchObject({
      dataset: "mnist-10k",
      split: { train: 8000, validation: 2000 },
      model: { name: "paper-cnn" },
      loss: { name: "sparseCategoricalCrossentropy", semantics: "keras3" },
      optimizer: { name: "adam", semantics: "keras3", learningRate: 1e-3 },
      semantics: "keras3",
      schedule: { name: "constant" },
      epochs: 10,
      batchSize: 32,
      gradientAccumulation: 1,
      microBatch: 16,
      seed: 0,
      device: "auto",
      untimedSteps: true,
    });
    expect(config.threads).toBeGreaterThanOrEqual(1);
  });

  it("gives a valid config as JSON, which resolves to itself", () => {
    for (const config of [
      {},
      {
        optimizer: "sgd",
        loss: "meanSquaredError",
        semantics: "pytorch",
        schedule: "reduceOnPlateau",
        microBatch: 4,
        gradientAccumulation: 3,
        augmentation: { shift: 2, elastic: { alpha: 30 } },
      },
    ] as const) {
      const resolved = resolve(config);
      const read = JSON.parse(JSON.stringify(resolved)) as TrainConfig;
      expect(read).toEqual(resolved);
      expect(resolve(read)).toEqual(resolved);
    }
    expectTypeOf<ResolvedTrainConfig>().toExtend<TrainConfig>();
  });

  it("cannot be changed afterwards", () => {
    const config = resolve({}) as unknown as { epochs: number; model: { layers: { type: string }[] } };
    expect(() => config.epochs++).toThrow(TypeError);
    expect(() => config.model.layers.pop()).toThrow(TypeError);
    expect(() => {
      config.model.layers[0]!.type = "dense";
    }).toThrow(TypeError);
  });

  it("uses the images that the other part of a split leaves", () => {
    expect(resolve({ split: { train: 9000 } }).split).toEqual({ train: 9000, validation: 1000 });
    expect(resolve({ split: { train: 100 } }).split).toEqual({ train: 100, validation: 2000 });
    expect(resolve({ split: { validation: 500 } }).split).toEqual({ train: 9500, validation: 500 });
  });

  it("caps the batch at the training set", () => {
    expect(resolve({ split: { train: 100 }, batchSize: 1_000_000 })).toMatchObject({
      batchSize: 100,
      microBatch: 16,
    });
  });
});

describe("messages", () => {
  const rejected: readonly [config: object, message: string][] = [
    [{ epoch: 3 }, 'Unknown key `epoch`. Did you mean "epochs"?'],
    [
      { epochs: -1 },
      "Expected a whole number of at least 0 and at most 100000 for `epochs`, got -1 (number).",
    ],
    [{ batchSize: 0 }, "Expected a whole number of at least 1 for `batchSize`, got 0 (number)."],
    [{ seed: 0.5 }, "Expected a whole number for `seed`, got 0.5 (number)."],
    [
      { semantics: "keras" },
      'Expected one of "keras3", "keras2", "pytorch" for `semantics`, got "keras" (string). Did you mean "keras3"?',
    ],
    [
      { device: "gpu" },
      'Expected "auto", "cpu", "cuda" or "cuda:<number>" for `device`, got "gpu" (string).',
    ],
    [{ dataset: 3 }, "Expected a name, a folder or { images, labels } for `dataset`, got 3 (number)."],
    [
      { split: { trian: 3 } },
      'Unknown key `split.trian`. Did you mean "train"? Known keys: train, validation, stratified.',
    ],
    [
      { split: { train: 8000, validation: 4000 } },
      "`split.train` and `split.validation` are 12,000 images together, but mnist-10k has 10,000 images.",
    ],
    [
      { split: { train: 20_000 } },
      "`split.train` is 20,000, but mnist-10k has 10,000 images, and validation needs at least 1 of them.",
    ],
    [
      { split: { train: 10_000 } },
      "`split.train` is 10,000, but mnist-10k has 10,000 images, and validation needs at least 1 of them.",
    ],
    [
      { model: { layers: [{ type: "dense", units: 10 }] } },
      '`model.layers[0]` (dense) needs a one-dimensional input, but its input is 28 x 28 with 1 channel. Add { type: "flatten" } before it.',
    ],
    [
      { model: { layers: [{ type: "flaten" }] } },
      'for `model.layers[0].type`, got "flaten" (string). Did you mean "flatten"?',
    ],
    [
      { split: { validation: 10_000 } },
      "`split.validation` is 10,000, but mnist-10k has 10,000 images, and training needs at least 1 of them.",
    ],
    [{ optimizer: "admm" }, '`optimizer`, got "admm" (string). Did you mean "adam"?'],
  ];

  it.each(rejected)("for %j", (config, message) => {
    expect(() => resolve(config as TrainConfig)).toThrow(message);
  });

  it("for layers nested without end", () => {
    const layer = { type: "residual", layers: [] as object[] };
    layer.layers.push(layer);
    const config = { model: { layers: [layer] } } as object as TrainConfig;
    expect(() => resolve(config)).toThrow(/is nested more than 256 levels deep, or contains itself/);
  });
});

it("rejects wrong configs at compile time", () => {
  const accepts = (_config: TrainConfig) => undefined;
  accepts({ optimizer: { name: "adam", learningRate: 1e-3 }, epochs: 3 });
  // @ts-expect-error a misspelt key
  accepts({ epoch: 3 });
  // @ts-expect-error a misspelt name
  accepts({ optimizer: "admm" });
  // @ts-expect-error another type
  accepts({ batchSize: "32" });
  // @ts-expect-error a layer's parameter that is missing
  accepts({ model: { layers: [{ type: "conv2d", filters: 8 }] } });
  // @ts-expect-error the loss applies softmax
  accepts({ model: { layers: [{ type: "dense", units: 10, activation: "softmax" }] } });
});

it("explains the range of whole numbers, and the type of images", () => {
  expect(() => resolve({ seed: 1e300 })).toThrow(
    "Expected a whole number of at most 9007199254740991 for `seed`",
  );
  const images = new DataView(new ArrayBuffer(4)) as never;
  expect(() => resolve({ dataset: { images, labels: [0] } })).toThrow("Convert it to a Uint8Array.");
});
