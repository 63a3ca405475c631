import fc from "fast-check";
import { OptimbenchError } from "../../src/errors.js";
import type { Layer } from "../../src/models/layers.js";
import { lowerModel } from "../../src/models/lower-model.js";
import { resolveModel } from "../../src/models/models.js";
import { ACTIVATIONS } from "../../src/models/native-layer.js";
import { CLASSES, type ImageShape } from "./random-model.js";

const upTo = (most: number) => fc.integer({ min: 1, max: most });
const size = (most: number) => fc.oneof(upTo(most), fc.tuple(upTo(most), upTo(most)));
const activation = fc.constantFrom(...ACTIVATIONS);
const padding = fc.constantFrom("valid", "same");
const windows = { strides: size(3), padding };
const convolution = {
  ...{ kernelSize: size(4), ...windows, dilationRate: size(3), useBias: fc.boolean() },
  activation: fc.option(activation, { nil: undefined }),
};
const norm = { epsilon: fc.constantFrom(1e-3, 1e-5), center: fc.boolean(), scale: fc.boolean() };
const border = fc.integer({ min: 0, max: 2 });
const rate = fc.constant(0.5);
const nothing = {};

/** The settings of each kind of layer but residual blocks. */
const SETTINGS: Readonly<Record<Exclude<Layer["type"], "residual">, object>> = {
  conv2d: { filters: upTo(6), groups: upTo(2), ...convolution },
  depthwiseConv2d: { depthMultiplier: upTo(2), ...convolution },
  maxPool2d: { poolSize: size(3), ...windows },
  averagePool2d: { poolSize: size(3), ...windows },
  globalMaxPool2d: nothing,
  globalAveragePool2d: nothing,
  batchNorm2d: norm,
  layerNorm: norm,
  groupNorm: { groups: fc.constantFrom(-1, 1, 2, 3), ...norm },
  dropout: { rate },
  spatialDropout2d: { rate },
  zeroPadding2d: { padding: fc.oneof(border, fc.tuple(fc.tuple(border, border), fc.tuple(border, border))) },
  flatten: nothing,
  dense: { units: upTo(9), activation: fc.option(activation, { nil: undefined }), useBias: fc.boolean() },
  activation: { activation },
};

const layerOf = (kinds: readonly string[]): fc.Arbitrary<Layer> =>
  fc.oneof(
    ...kinds.map((type) =>
      fc
        .record(SETTINGS[type as keyof typeof SETTINGS] as Record<string, fc.Arbitrary<unknown>>)
        .map((settings) => ({ type, ...JSON.parse(JSON.stringify(settings)) }) as Layer),
    ),
  );

/** Layers that keep the shape of any input. */
const keeping = fc.array(layerOf(["batchNorm2d", "layerNorm", "activation", "dropout"]), {
  minLength: 1,
  maxLength: 3,
});
const residual = fc
  .record({
    layers: keeping,
    shortcut: fc.option(keeping, { nil: undefined }),
    activation: fc.option(activation, { nil: undefined }),
    filters: fc.option(upTo(4), { nil: undefined }),
  })
  .map(({ layers, shortcut, filters, activation }): Layer => {
    const end: Layer[] = filters === undefined ? [] : [{ type: "conv2d", filters, kernelSize: 1 }];
    const other = [...(shortcut ?? []), ...end];
    return {
      type: "residual",
      layers: [...layers, ...end],
      ...(other.length > 0 && { shortcut: other }),
      ...(activation && { activation }),
    };
  });

/** A model of any layers for images of any shape. */
export const randomNet: fc.Arbitrary<{ readonly shape: ImageShape; readonly layers: readonly Layer[] }> = fc
  .record({
    shape: fc.tuple(upTo(9), upTo(9), upTo(4)),
    drawn: fc.array(
      fc.oneof({ weight: 4, arbitrary: layerOf(Object.keys(SETTINGS)) }, { weight: 1, arbitrary: residual }),
      { maxLength: 8 },
    ),
  })
  .map(({ shape, drawn }) => {
    let layers: readonly Layer[] = [];
    for (const layer of drawn) if (fits([...layers, layer], shape)) layers = [...layers, layer];
    return { shape, layers: [...layers, ...END] };
  });

const END: readonly Layer[] = [{ type: "flatten" }, { type: "dense", units: CLASSES }];

function fits(layers: readonly Layer[], [height, width, channels]: ImageShape): boolean {
  const options = { classes: CLASSES, semantics: "keras3" } as const;
  try {
    lowerModel(resolveModel({ layers: [...layers, ...END] }, options), {
      ...options,
      input: [channels, height, width],
    });
    return true;
  } catch (error) {
    if (error instanceof OptimbenchError) return false;
    throw error;
  }
}
