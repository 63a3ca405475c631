import { describe, expect, it } from "vitest";
import { parse } from "../../src/config/parse.js";
import { modelSchema, resolveModel } from "../../src/models/models.js";

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
  it("gives a valid model again, unchanged by another pass", () => {
    for (const model of [
      "paper-cnn",
      {
        layers: [
          { type: "maxPool2d" },
          { type: "batchNorm2d" },
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

  it("fills in Keras' defaults", () => {
    const layers = [
      { type: "conv2d", filters: 4, kernelSize: 3 },
      { type: "averagePool2d", poolSize: [2, 3] },
    ] as const;
    expect(resolveModel({ layers }, keras).layers).toEqual([
      { type: "conv2d", filters: 4, kernelSize: 3, strides: 1, padding: "valid", useBias: true },
      { type: "averagePool2d", poolSize: [2, 3], strides: [2, 3], padding: "valid" },
    ]);
  });
});

describe("messages", () => {
  const refused: readonly [model: unknown, message: string][] = [
    ["paper-cn", 'Expected "paper-cnn" for `model`, got "paper-cn" (string). Did you mean "paper-cnn"?'],
    [3, 'Expected "paper-cnn" or an object for `model`, got 3 (number).'],
    [{ layers: [] }, "Expected at least 1 item for `layers`, got [] (list)."],
    [
      { layers: [{ type: "conv2D", filters: 8, kernelSize: 3 }] },
      'Expected one of "conv2d", "maxPool2d", "averagePool2d", "batchNorm2d", "dropout", "flatten", "dense", "activation" for `layers[0].type`, got "conv2D" (string). Did you mean "conv2d"?',
    ],
    [
      { layers: [{ type: "conv2d", filters: 8 }] },
      "Missing `layers[0].kernelSize`: expected a number or a list.",
    ],
    [
      { layers: [{ type: "conv2d", filters: 0, kernelSize: 3 }] },
      "Expected a number at least 1 for `layers[0].filters`, got 0 (number).",
    ],
    [
      { layers: [{ type: "dense", unit: 10, units: 10 }] },
      'Unknown key `layers[0].unit`. Did you mean "units"? Known here: type, units, activation, useBias.',
    ],
    [
      { layers: [{ type: "dense", units: 10, activation: "softmax" }] },
      'Leave out the "softmax" of `layers[0].activation`: a model ends in logits, and the loss applies softmax itself.',
    ],
    [
      { layers: [{ type: "activation", activation: "Relu" }] },
      'Expected one of "relu", "leakyRelu", "elu", "gelu", "silu", "sigmoid", "tanh", "softplus" for `layers[0].activation`, got "Relu" (string). Did you mean "relu"?',
    ],
    [
      { layers: [{ type: "dropout", rate: 1 }] },
      "Expected a number less than 1 for `layers[0].rate`, got 1 (number).",
    ],
  ];

  it.each(refused)("for %j", (model, message) => {
    expect(messageOf(model)).toBe(message);
  });
});
