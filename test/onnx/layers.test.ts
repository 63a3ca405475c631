import fc from "fast-check";
import { describe, expect, it } from "vitest";
import "../property-seed.js";
import type { Layer } from "../../src/models/layers.js";
import { MODEL_NAMES } from "../../src/models/models.js";
import { randomNet } from "./random-layers.js";
import { CLASSES, type ImageShape, randomImages, randomModel } from "./random-model.js";
import { exportError } from "./runtime.js";

const END: readonly Layer[] = [{ type: "flatten" }, { type: "dense", units: CLASSES }];

/** The largest error of a model of these layers with random weights. */
async function errorOf(layers: readonly Layer[], shape: ImageShape = [9, 8, 3]): Promise<number> {
  using model = await randomModel({ layers }, shape);
  return await exportError(model, randomImages(64, shape));
}

describe("an exported model predicts as the model does, in batches of 1, 7 and 64", () => {
  it.each(MODEL_NAMES)("%s", async (name) => {
    const shape: ImageShape = [28, 28, 1];
    using model = await randomModel(name, shape);
    expect(await exportError(model, randomImages(64, shape))).toBeLessThan(1e-5);
  });

  // Normalisation makes negative values, which show whether zeros are padded.
  it.each<[string, readonly Layer[]]>([
    ["an image without layers before the end", []],
    [
      "padding that is larger at the bottom and right",
      [{ type: "conv2d", filters: 3, kernelSize: [2, 4], strides: [1, 3], padding: "same" }],
    ],
    [
      "zeros before a max-pooling layer",
      [{ type: "batchNorm2d" }, { type: "zeroPadding2d", padding: 2 }, { type: "maxPool2d" }],
    ],
    [
      "more zeros than a window, before a pooling layer with padding",
      [
        { type: "batchNorm2d" },
        {
          type: "zeroPadding2d",
          padding: [
            [3, 1],
            [0, 4],
          ],
        },
        { type: "averagePool2d", poolSize: 2, strides: 1, padding: "same" },
      ],
    ],
    [
      "convolutions of flat values",
      [{ type: "flatten" }, { type: "conv2d", filters: 6, kernelSize: 1, groups: 3 }],
    ],
    [
      "flat and other values in one sum",
      [
        {
          type: "residual",
          layers: [{ type: "globalAveragePool2d" }, { type: "dense", units: 5 }],
          shortcut: [{ type: "globalMaxPool2d" }, { type: "conv2d", filters: 5, kernelSize: 1 }],
        },
      ],
    ],
    [
      "normalisations of flat values without factor and offset",
      [
        { type: "flatten" },
        { type: "batchNorm2d", scale: false, center: false },
        { type: "layerNorm", scale: false, center: false },
        { type: "groupNorm", groups: 4, scale: false, center: false },
      ],
    ],
  ])("%s", async (_, layers) => {
    expect(await errorOf([...layers, ...END])).toBeLessThan(1e-5);
  });

  it.each<[string, readonly Layer[]]>([
    ["a convolution", [{ type: "conv2d", filters: CLASSES, kernelSize: [9, 8] }]],
    [
      "global pooling",
      [{ type: "conv2d", filters: CLASSES, kernelSize: 3 }, { type: "globalAveragePool2d" }],
    ],
    ["dropout", [...END, { type: "dropout", rate: 0.5 }]],
    ["a residual block", [...END, { type: "residual", layers: [{ type: "dropout", rate: 0.5 }] }]],
  ])("a model that ends in %s", async (_, layers) => {
    expect(await errorOf(layers)).toBeLessThan(1e-5);
  });

  it("random layers of every kind", async () => {
    const semantics = fc.constantFrom("keras3" as const, "pytorch" as const);
    await fc.assert(
      fc.asyncProperty(randomNet, semantics, async ({ shape, layers }, semantics) => {
        using model = await randomModel({ layers }, shape, semantics);
        expect(await exportError(model, randomImages(9, shape), [9, 2])).toBeLessThan(1e-5);
      }),
      { numRuns: 60 },
    );
  });
});
