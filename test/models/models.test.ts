import { describe, expect, it } from "vitest";
import type { Semantics } from "../../src/catalogue/semantics.js";
import { modelSchema, resolveModel } from "../../src/models/models.js";
import { parse } from "../../src/validation/parse.js";

const keras = { classes: 10, semantics: "keras3" } as const;

const messageOf = (model: unknown) => {
  try {
    parse(modelSchema, model, "model");
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("was accepted");
};

describe("resolveModel", () => {
  it("gives a valid model, which resolves to itself", () => {
    for (const model of [
      "paper-cnn",
      {
        layers: [
          { type: "maxPool2d" },
          { type: "batchNorm2d" },
          {
            type: "residual",
            layers: [{ type: "residual", layers: [{ type: "layerNorm" }], activation: "leakyRelu" }],
            shortcut: [{ type: "groupNorm", groups: 1 }],
          },
          {
            type: "zeroPadding2d",
            padding: [
              [1, 2],
              [3, 4],
            ],
          },
          { type: "flatten" },
          { type: "dense", units: 10 },
        ],
      },
    ] as const) {
      const resolved = resolveModel(model, keras);
      expect(resolveModel(resolved, keras)).toEqual(resolved);
      expect(JSON.parse(JSON.stringify(resolved))).toEqual(resolved);
    }
  });

  it("fills in each framework's constants of normalisation, also within residual blocks", () => {
    const layers = [{ type: "residual", layers: [{ type: "layerNorm" }, { type: "batchNorm2d" }] }] as const;
    const constants = (semantics: Semantics) => {
      const [block] = resolveModel({ layers }, { classes: 10, semantics }).layers;
      return JSON.stringify(block)
        .match(/"(epsilon|momentum)":[^,}]+/g)!
        .sort();
    };
    const keras2 = ['"epsilon":0.001', '"epsilon":0.001', '"momentum":0.99'];
    expect(constants("keras2")).toEqual(keras2);
    expect(constants("keras3")).toEqual(keras2);
    expect(constants("pytorch")).toEqual(['"epsilon":0.00001', '"epsilon":0.00001', '"momentum":0.9']);
  });

  it("fills in Keras' defaults", () => {
    const layers = [
      { type: "conv2d", filters: 4, kernelSize: 3 },
      { type: "averagePool2d", poolSize: [2, 3] },
    ] as const;
    expect(resolveModel({ layers }, keras).layers).toEqual([
      {
        type: "conv2d",
        filters: 4,
        kernelSize: 3,
        strides: 1,
        padding: "valid",
        dilationRate: 1,
        groups: 1,
        useBias: true,
      },
      { type: "averagePool2d", poolSize: [2, 3], strides: [2, 3], padding: "valid" },
    ]);
  });
});

describe("messages", () => {
  const rejected: readonly [model: unknown, message: string][] = [
    [
      "paper-cn",
      'Expected one of "paper-cnn", "mlp", "lenet-5", "mnist-99" for `model`, got "paper-cn" (string). Did you mean "paper-cnn"?',
    ],
    [
      3,
      'Expected one of "paper-cnn", "mlp", "lenet-5", "mnist-99" or an object for `model`, got 3 (number).',
    ],
    [{ layers: [] }, "Expected at least 1 item for `layers`, got [] (list)."],
    [
      { layers: [{ type: "conv2D", filters: 8, kernelSize: 3 }] },
      'Expected one of "conv2d", "depthwiseConv2d", "maxPool2d", "averagePool2d", "globalMaxPool2d", "globalAveragePool2d", "batchNorm2d", "layerNorm", "groupNorm", "dropout", "spatialDropout2d", "zeroPadding2d", "flatten", "dense", "activation", "residual" for `layers[0].type`, got "conv2D" (string). Did you mean "conv2d"?',
    ],
    [
      { layers: [{ type: "conv2d", filters: 8 }] },
      "Missing `layers[0].kernelSize`: expected a number or a list.",
    ],
    [
      { layers: [{ type: "conv2d", filters: 0, kernelSize: 3 }] },
      "Expected a number of at least 1 for `layers[0].filters`, got 0 (number).",
    ],
    [
      { layers: [{ type: "dense", unit: 10, units: 10 }] },
      'Unknown key `layers[0].unit`. Did you mean "units"? Known keys: type, units, activation, useBias.',
    ],
    [
      { layers: [{ type: "dense", units: 10, activation: "softmax" }] },
      'Remove the "softmax" from `layers[0].activation`: a model must output logits, because the loss applies softmax itself.',
    ],
    [
      { layers: [{ type: "activation", activation: "Relu" }] },
      'Expected one of "relu", "leakyRelu", "elu", "selu", "gelu", "silu", "sigmoid", "tanh", "softplus" for `layers[0].activation`, got "Relu" (string). Did you mean "relu"?',
    ],
    [
      { layers: [{ type: "activation", activation: "relu", negativeSlope: 0.1 }] },
      "`layers[0].negativeSlope` applies only to leakyRelu. Remove it.",
    ],
    [
      { layers: [{ type: "residual", layers: [{ type: "flatten" }, { type: "dense", unit: 3 }] }] },
      "Missing `layers[0].layers[1].units`: expected a number.\n" +
        'Unknown key `layers[0].layers[1].unit`. Did you mean "units"? Known keys: type, units, activation, useBias.',
    ],
    [
      { layers: [{ type: "residual", layers: [] }] },
      "Expected at least 1 item for `layers[0].layers`, got [] (list).",
    ],
    [
      { layers: [{ type: "dropout", rate: 1 }] },
      "Expected a number less than 1 for `layers[0].rate`, got 1 (number).",
    ],
  ];

  it.each(rejected)("for %j", (model, message) => {
    expect(messageOf(model)).toBe(message);
  });
});
