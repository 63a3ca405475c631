import { describe, expect, it } from "vitest";
import type { Semantics } from "../../src/catalogue/semantics.js";
import type { Layer } from "../../src/models/layers.js";
import { lowerModel } from "../../src/models/lower-model.js";
import { type Model, resolveModel } from "../../src/models/models.js";
import { ACTIVATIONS, type Shape } from "../../src/models/native-layer.js";

const MNIST: Shape = [1, 28, 28];

const lower = (model: Model, { input = MNIST, classes = 10, semantics = "keras3" as Semantics } = {}) =>
  lowerModel(resolveModel(model, { classes, semantics }), { input, classes, semantics });

const HEAD = [{ type: "flatten" }, { type: "dense", units: 10 }] as const;

describe("paper-cnn", () => {
  const { layers, parameterCount } = lower("paper-cnn");

  it("has the paper's number of parameters", () => {
    expect(parameterCount).toBe(109_898);
  });

  it("reduces 28 x 28 pixels to one", () => {
    const pools = layers.filter((layer) => layer.kind === "maxPool2d");
    expect(pools.map((layer) => layer.output)).toEqual([
      [32, 14, 14],
      [64, 7, 7],
      [64, 3, 3],
      [64, 1, 1],
    ]);
    expect(layers.at(-1)!.output).toEqual([10, 1, 1]);
  });

  it("pools before it applies ReLU", () => {
    expect(layers.slice(0, 4).map((layer) => layer.kind)).toEqual([
      "conv2d",
      "maxPool2d",
      "activation",
      "conv2d",
    ]);
    expect(layers[2]!.output).toEqual([32, 14, 14]);
  });

  it("ends with as many logits as the dataset has classes", () => {
    expect(lower("paper-cnn", { classes: 7 }).layers.at(-1)!.output).toEqual([7, 1, 1]);
  });
});

describe("the order of ReLU and max-pooling", () => {
  const kinds = (...layers: Extract<Model, { layers: unknown }>["layers"]) =>
    lower({ layers: [...layers, ...HEAD] })
      .layers.slice(0, -2)
      .map((layer) => (layer.kind === "activation" ? layer.activation : layer.kind));

  it("moves a ReLU behind every max-pool that follows it directly", () => {
    expect(
      kinds({ type: "activation", activation: "relu" }, { type: "maxPool2d" }, { type: "maxPool2d" }),
    ).toEqual(["maxPool2d", "maxPool2d", "relu"]);
  });

  it("does not move other activations, or a ReLU before other layers", () => {
    for (const activation of ACTIVATIONS.filter((each) => each !== "relu"))
      expect(kinds({ type: "activation", activation }, { type: "maxPool2d" })).toEqual([
        activation,
        "maxPool2d",
      ]);
    expect(kinds({ type: "activation", activation: "relu" }, { type: "averagePool2d" })).toEqual([
      "relu",
      "averagePool2d",
    ]);
    expect(
      kinds(
        { type: "activation", activation: "relu" },
        { type: "dropout", rate: 0.5 },
        { type: "maxPool2d" },
      ),
    ).toEqual(["relu", "dropout", "maxPool2d"]);
  });
});

describe("initial weights", () => {
  const limits = (semantics: "keras3" | "pytorch") =>
    lower(
      { layers: [{ type: "conv2d", filters: 8, kernelSize: [3, 5], padding: "same" }, ...HEAD] },
      { semantics, input: [4, 6, 6] },
    )
      .layers.filter((layer) => layer.kind === "conv2d" || layer.kind === "dense")
      .map(({ weightLimit, biasLimit }) => [weightLimit, biasLimit]);

  it("are Glorot uniform with zero bias as in Keras", () => {
    expect(limits("keras3")).toEqual([
      [Math.sqrt(6 / (15 * 4 + 15 * 8)), 0],
      [Math.sqrt(6 / (8 * 36 + 10)), 0],
    ]);
  });

  it("are uniform by the number of inputs, including the bias, as in PyTorch", () => {
    expect(limits("pytorch")).toEqual([
      [1 / Math.sqrt(60), 1 / Math.sqrt(60)],
      [1 / Math.sqrt(288), 1 / Math.sqrt(288)],
    ]);
  });

  it("count the channels of groups and depthwise kernels as each framework does", () => {
    const limit = (layer: Layer, semantics: "keras3" | "pytorch") => {
      const lowered = lower({ layers: [layer, ...HEAD] }, { semantics, input: [4, 6, 6] }).layers[0]!;
      return lowered.kind === "conv2d" ? lowered.weightLimit : undefined;
    };
    const grouped: Layer = { type: "conv2d", filters: 8, kernelSize: 3, groups: 2 };
    expect(limit(grouped, "keras3")).toBe(Math.sqrt(6 / (9 * 2 + 9 * 8)));
    expect(limit(grouped, "pytorch")).toBe(1 / Math.sqrt(18));
    const depthwise: Layer = { type: "depthwiseConv2d", kernelSize: 3, depthMultiplier: 3 };
    expect(limit(depthwise, "keras3")).toBe(Math.sqrt(6 / (9 * 4 + 9 * 3)));
    expect(limit(depthwise, "pytorch")).toBe(1 / 3);
  });
});

describe("leakyRelu", () => {
  const slopes = (semantics: "keras2" | "keras3" | "pytorch") =>
    lower(
      {
        layers: [
          { type: "activation", activation: "leakyRelu" },
          { type: "activation", activation: "leakyRelu", negativeSlope: 0.3 },
          { type: "activation", activation: "relu" },
          ...HEAD,
        ],
      },
      { semantics },
    ).layers.flatMap((layer) => (layer.kind === "activation" ? [layer.slope] : []));

  it("has each framework's slope, or the given one", () => {
    expect(slopes("keras3")).toEqual([0.2, 0.3, undefined]);
    expect(slopes("keras2")).toEqual([0.2, 0.3, undefined]);
    expect(slopes("pytorch")).toEqual([0.01, 0.3, undefined]);
  });
});

describe("batchNorm2d", () => {
  const norm = (semantics: "keras3" | "pytorch") =>
    lower({ layers: [{ type: "batchNorm2d" }, ...HEAD] }, { semantics }).layers[0];

  it("has each framework's defaults", () => {
    expect(norm("keras3")).toMatchObject({ momentum: 0.99, epsilon: 1e-3, unbiased: false });
    expect(norm("pytorch")).toMatchObject({ momentum: 0.9, epsilon: 1e-5, unbiased: true });
  });

  it("counts only learned parameters", () => {
    const count = (layer: { center?: boolean; scale?: boolean }) =>
      lower({ layers: [{ type: "batchNorm2d", ...layer }, ...HEAD] }, { input: [3, 1, 1] }).parameterCount -
      40;
    expect([count({}), count({ center: false }), count({ center: false, scale: false })]).toEqual([6, 3, 0]);
  });
});

describe("rejections", () => {
  const rejected: readonly [what: string, model: Model, message: string][] = [
    [
      "a window larger than its input",
      {
        layers: [{ type: "maxPool2d", poolSize: 14 }, { type: "conv2d", filters: 8, kernelSize: 3 }, ...HEAD],
      },
      '`model.layers[1]` (conv2d) does not fit: its window of 3 x 3 is larger than its input of 2 x 2. Make the window smaller, set padding to "same", or remove a pooling layer before it.',
    ],
    [
      "dense on images",
      { layers: [{ type: "dense", units: 10 }] },
      '`model.layers[0]` (dense) needs a one-dimensional input, but its input is 28 x 28 with 1 channel. Add { type: "flatten" } before it.',
    ],
    [
      "an end that is not one logit a class",
      { layers: [{ type: "flatten" }, { type: "dense", units: 64 }] },
      '`model.layers[1]` (dense) gives 64 outputs, but the dataset has 10 classes. End the model with { type: "dense", units: 10 }.',
    ],
    [
      "an end that is still an image",
      { layers: [{ type: "conv2d", filters: 10, kernelSize: 3 }] },
      '`model.layers[0]` (conv2d) gives 26 x 26 with 10 channels, but the dataset has 10 classes. End the model with { type: "dense", units: 10 }.',
    ],
    [
      "a residual whose layers change the shape",
      {
        layers: [
          { type: "conv2d", filters: 8, kernelSize: 3 },
          {
            type: "residual",
            layers: [{ type: "conv2d", filters: 16, kernelSize: 3, strides: 2, padding: "same" }],
          },
          ...HEAD,
        ],
      },
      '`model.layers[1]` (residual) cannot add the output of its layers, 13 x 13 with 16 channels, to its input, 26 x 26 with 8 channels. Add a `shortcut`, such as [{ type: "conv2d", filters: 16, kernelSize: 1, strides: 2 }], or make its layers keep the shape.',
    ],
    [
      "a nested residual whose branches differ",
      {
        layers: [
          {
            type: "residual",
            layers: [
              { type: "flatten" },
              {
                type: "residual",
                layers: [{ type: "dense", units: 5 }],
                shortcut: [{ type: "dense", units: 6 }],
              },
            ],
          },
          ...HEAD,
        ],
      },
      "`model.layers[0].layers[1]` (residual) cannot add the output of its layers, 5 outputs, to the output of its shortcut, 6 outputs. Make both shapes equal.",
    ],
    [
      "a layer of a shortcut",
      {
        layers: [
          { type: "residual", layers: [{ type: "flatten" }], shortcut: [{ type: "dense", units: 4 }] },
          ...HEAD,
        ],
      },
      "`model.layers[0].shortcut[0]` (dense) needs a one-dimensional input",
    ],
    [
      "groups of a convolution",
      { layers: [{ type: "conv2d", filters: 8, kernelSize: 3, groups: 3 }, ...HEAD] },
      "`model.layers[0]` (conv2d) cannot divide 1 channel and 8 filters into 3 groups. Set `groups` to a number that divides both.",
    ],
    [
      "groups of a normalisation",
      { layers: [{ type: "conv2d", filters: 8, kernelSize: 3 }, { type: "groupNorm" }, ...HEAD] },
      "`model.layers[1]` (groupNorm) cannot divide 8 channels into 32 groups. Set `groups` to a number that divides 8.",
    ],
    [
      "a dilated window larger than its input",
      { layers: [{ type: "conv2d", filters: 8, kernelSize: 4, dilationRate: 10 }, ...HEAD] },
      "its window of 31 x 31 is larger than its input of 28 x 28",
    ],
    [
      "a model beyond any memory",
      {
        layers: [
          { type: "flatten" },
          { type: "dense", units: 65_536 },
          { type: "dense", units: 65_536 },
          ...HEAD,
        ],
      },
      "The model has 4,347,133,962 parameters; at most 1,000,000,000 are supported. Use fewer units or filters.",
    ],
  ];

  it("explains a model without parameters", () => {
    expect(() => lower({ layers: [{ type: "globalAveragePool2d" }] }, { input: [10, 4, 4] })).toThrow(
      "The model has no parameters to train. Add a `dense` or `conv2d` layer.",
    );
  });

  it.each(rejected)("explains %s", (_what, model, message) => {
    expect(() => lower(model)).toThrow(message);
  });
});
