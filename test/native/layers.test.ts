import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planUpdate } from "../../src/formula/plan-update.js";
import { lossGraph, resolveLoss } from "../../src/losses/losses.js";
import type { Layer } from "../../src/models/layers.js";
import { lowerModel } from "../../src/models/lower-model.js";
import { resolveModel } from "../../src/models/models.js";
import { ACTIVATIONS, type Shape } from "../../src/models/native-layer.js";
import { loadNative, type NativeSession } from "../../src/native/addon.js";
import { openSession } from "../../src/native/session.js";
import { resolveOptimizer, updateGraph } from "../../src/optimizers/optimizers.js";
import { noise } from "./noise.js";

const { Dataset } = loadNative();
const CLASSES = 3;

async function open(layers: readonly Layer[], input: Shape, threads = 1) {
  const semantics = "keras3";
  const model = resolveModel({ layers }, { classes: CLASSES, semantics });
  const lowered = lowerModel(model, { input, classes: CLASSES, semantics });
  const session = await openSession({
    device: "cpu",
    threads,
    seed: 3,
    microBatch: 4,
    input,
    classes: CLASSES,
    layers: lowered.layers,
    loss: lossGraph(resolveLoss("sparseCategoricalCrossentropy", semantics)),
    update: planUpdate(
      updateGraph(resolveOptimizer({ name: "sgd", learningRate: 0.1 }, semantics)),
      lowered.parameters,
    ),
  });
  return { session, parameterCount: lowered.parameterCount };
}

/** Trains on `count` images, one batch; returns the weights after it. */
async function step(session: NativeSession, shape: Shape, { count = 9, white = false, epoch = 1 } = {}) {
  const size = shape[0] * shape[1] * shape[2];
  const dataset = new Dataset({
    images: Uint8Array.from(noise(count * size, 5), (value) => (white ? 255 : value * 256)),
    labels: Int32Array.from({ length: count }, (_, i) => i % CLASSES),
    shape,
    classes: CLASSES,
    device: "cpu",
  });
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  const learningRates = Float64Array.of(0.1);
  const measured = await session.train(dataset, { order, batchSize: count, learningRates, epoch });
  dataset.dispose();
  return { ...measured, parameters: session.readState().parameters };
}

/** Layers of any kind that fit any image, with residual blocks around layers that keep the shape. */
const { layer: anyLayer } = fc.letrec<{ layer: Layer; keeping: Layer }>((tie) => {
  const small = fc.integer({ min: 1, max: 3 });
  const size = fc.oneof(small, fc.tuple(small, small));
  const activation = fc.option(fc.constantFrom(...ACTIVATIONS), { nil: undefined });
  const flag = fc.boolean();
  const keeping = fc.oneof(
    { depthSize: "small" },
    fc.record({ type: fc.constantFrom("layerNorm" as const), center: flag, scale: flag }),
    fc.record({ type: fc.constant("groupNorm" as const), groups: fc.constantFrom(1, -1), center: flag }),
    fc.record({ type: fc.constant("batchNorm2d" as const), center: flag, scale: flag }),
    fc.record({
      type: fc.constantFrom("dropout" as const, "spatialDropout2d" as const),
      rate: fc.constant(0.3),
    }),
    fc.record({ type: fc.constant("activation" as const), activation: fc.constantFrom(...ACTIVATIONS) }),
    fc.record({
      type: fc.constant("depthwiseConv2d" as const),
      kernelSize: size,
      dilationRate: size,
      padding: fc.constant("same" as const),
      useBias: flag,
      activation,
    }),
    fc.record({
      type: fc.constant("maxPool2d" as const),
      poolSize: size,
      strides: fc.constant(1),
      padding: fc.constant("same" as const),
    }),
    fc.record({
      type: fc.constant("residual" as const),
      layers: fc.array(tie("keeping"), { minLength: 1, maxLength: 3 }),
      activation,
    }),
  ) as fc.Arbitrary<Layer>;
  const changing = fc.oneof(
    fc.record({
      type: fc.constant("conv2d" as const),
      filters: fc.constantFrom(2, 4, 6),
      kernelSize: size,
      strides: size,
      dilationRate: size,
      padding: fc.constant("same" as const),
      groups: fc.constantFrom(1, 2),
      activation,
    }),
    fc.record({
      type: fc.constant("depthwiseConv2d" as const),
      kernelSize: fc.constant(1),
      depthMultiplier: small,
    }),
    fc.record({
      type: fc.constant("averagePool2d" as const),
      poolSize: size,
      padding: fc.constant("same" as const),
    }),
    fc.record({
      type: fc.constantFrom("globalMaxPool2d" as const, "globalAveragePool2d" as const, "flatten" as const),
    }),
    fc.record({ type: fc.constant("zeroPadding2d" as const), padding: size }),
    fc.record({
      type: fc.constant("residual" as const),
      layers: fc.constant([
        { type: "conv2d", filters: 4, kernelSize: 3, strides: 2, padding: "same" },
      ] as const),
      shortcut: fc.constant([
        { type: "maxPool2d", padding: "same" },
        { type: "conv2d", filters: 4, kernelSize: 1 },
      ] as const),
    }),
  ) as fc.Arbitrary<Layer>;
  return { keeping, layer: fc.oneof(keeping, changing) };
});

describe("any sequence of layers", () => {
  it("has the shapes and parameters that lowering declares, and can be trained", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyLayer, { maxLength: 5 }),
        fc.tuple(fc.constantFrom(2, 4), fc.integer({ min: 4, max: 9 }), fc.integer({ min: 4, max: 9 })),
        async (layers, [channels, height, width]) => {
          const shape: Shape = [channels, height, width];
          // Native code checks every shape against the declared one. Groups of 2 need an even number of channels.
          const even: Layer[] = layers.flatMap((layer): Layer[] =>
            layer.type === "conv2d" ? [{ type: "conv2d", filters: 2, kernelSize: 1 }, layer] : [layer],
          );
          const head: Layer[] = [{ type: "flatten" }, { type: "dense", units: CLASSES }];
          const { session, parameterCount } = await open([...even, ...head], shape);
          expect(session.parameterCount).toBe(parameterCount);
          const { loss, samples, parameters } = await step(session, shape);
          expect(samples).toBe(9);
          expect(loss).not.toBeNaN();
          expect(parameters.every(Number.isFinite)).toBe(true);
          await session.dispose();
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("dropout", () => {
  /** The weight of each pixel in a step on one white image, from the change of the dense weights: [channels][height x width]. */
  async function pixelWeights(layer: Layer, shape: Shape, epoch: number) {
    const { session } = await open(
      [layer, { type: "flatten" }, { type: "dense", units: CLASSES, useBias: false }],
      shape,
    );
    const state = session.readState();
    session.writeState({ ...state, parameters: new Float32Array(state.parameters.length) });
    const { parameters } = await step(session, shape, { count: 1, white: true, epoch });
    await session.dispose();
    // With logits of 0 the gradient for the label's row is (1/3 - 1) times the input.
    const row = parameters.slice(0, parameters.length / CLASSES);
    return Array.from(row, (value) => value / ((0.1 * 2) / 3));
  }

  it("of channels drops a fraction `rate` of whole channels and scales up the others", async () => {
    const shape: Shape = [50, 3, 2];
    const values = await pixelWeights({ type: "spatialDropout2d", rate: 0.2 }, shape, 1);
    const channels = values.filter((_, i) => i % 6 === 0);
    for (let pixel = 1; pixel < 6; pixel++)
      expect(values.filter((_, i) => i % 6 === pixel)).toEqual(channels);
    for (const value of channels) if (value !== 0) expect(value).toBeCloseTo(1 / 0.8, 5);
    const dropped = channels.filter((value) => value === 0).length;
    expect(dropped).toBeGreaterThan(2);
    expect(dropped).toBeLessThan(22);
    expect(await pixelWeights({ type: "spatialDropout2d", rate: 0.2 }, shape, 2)).not.toEqual(values);
  });

  it("of units drops them one by one", async () => {
    const values = await pixelWeights({ type: "dropout", rate: 0.5 }, [2, 10, 10], 1);
    const alike = values.slice(0, 100).filter((value, i) => value === values[i + 100]).length;
    expect(alike).toBeGreaterThan(20);
    expect(alike).toBeLessThan(80);
    for (const value of values) if (value !== 0) expect(value).toBeCloseTo(2, 5);
  });
});

it("gives the same bits for 1 and 2 threads, dropout within branches included", async () => {
  const shape: Shape = [2, 9, 7];
  const layers: Layer[] = [
    { type: "conv2d", filters: 8, kernelSize: 3, padding: "same", activation: "selu" },
    {
      type: "residual",
      layers: [
        { type: "depthwiseConv2d", kernelSize: 3, padding: "same", dilationRate: 2 },
        { type: "spatialDropout2d", rate: 0.3 },
        { type: "conv2d", filters: 8, kernelSize: 1, groups: 4 },
        { type: "groupNorm", groups: 2 },
      ],
      shortcut: [{ type: "dropout", rate: 0.2 }, { type: "layerNorm" }],
      activation: "leakyRelu",
    },
    { type: "globalMaxPool2d" },
    { type: "dense", units: CLASSES },
  ];
  const trained = async (threads: number) => {
    const { session } = await open(layers, shape, threads);
    for (const epoch of [1, 2]) await step(session, shape, { count: 23, epoch });
    const { parameters } = session.readState();
    await session.dispose();
    return parameters;
  };
  const one = await trained(1);
  expect(await trained(2)).toEqual(one);
  expect(await trained(1)).toEqual(one);
});
