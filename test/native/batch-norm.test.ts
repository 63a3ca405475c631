import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { planUpdate } from "../../src/formula/plan-update.js";
import { lossGraph, resolveLoss } from "../../src/losses/losses.js";
import type { Layer } from "../../src/models/layers.js";
import { lowerModel } from "../../src/models/lower-model.js";
import { resolveModel } from "../../src/models/models.js";
import type { Shape } from "../../src/models/native-layer.js";
import { loadNative } from "../../src/native/addon.js";
import { openSession } from "../../src/native/session.js";
import { resolveOptimizer, updateGraph } from "../../src/optimizers/optimizers.js";
import { noise } from "./noise.js";

const { Dataset } = loadNative();
const CLASSES = 3;
const COUNT = 11;

afterEach(() => void vi.unstubAllEnvs());

interface Net {
  readonly image: readonly [height: number, width: number];
  readonly filters: number;
  readonly center: boolean;
  readonly scale: boolean;
  readonly activation: "relu" | "tanh" | undefined;
}

const convolution = ({ filters }: Net): Layer => ({
  type: "conv2d",
  filters,
  kernelSize: 2,
  activation: "tanh",
});
const layersOf = (net: Net): Layer[] => [
  convolution(net),
  { type: "batchNorm2d", center: net.center, scale: net.scale },
  ...(net.activation === undefined ? [] : [{ type: "activation", activation: net.activation } as const]),
  { type: "flatten" },
  { type: "dense", units: CLASSES },
];

/** The gradient and the running statistics of one step, and the probabilities after it. */
async function run(
  layers: readonly Layer[],
  image: readonly [number, number],
  { kernels = "", microBatch = COUNT, threads = 1, offset = 0 },
) {
  vi.stubEnv("OPTIMBENCH_KERNELS", kernels);
  const semantics = "pytorch";
  const input: Shape = [1, ...image];
  const model = resolveModel({ layers }, { classes: CLASSES, semantics });
  const lowered = lowerModel(model, { input, classes: CLASSES, semantics });
  const session = await openSession({
    ...{ device: "cpu", threads, seed: 3, microBatch, input, classes: CLASSES, layers: lowered.layers },
    loss: lossGraph(resolveLoss("sparseCategoricalCrossentropy", semantics)),
    update: planUpdate(
      updateGraph(resolveOptimizer({ name: "sgd", momentum: 0.9 }, "pytorch")),
      lowered.parameters,
    ), // v starts as g
  });
  if (offset !== 0) {
    const state = session.readState();
    const bias = session.parameters().find(({ name }) => name === "conv2d_0.bias")!;
    state.parameters.fill(offset, bias.offset, bias.offset + bias.shape[0]!);
    session.writeState(state);
  }
  const images = Uint8Array.from(noise(COUNT * image[0] * image[1], 5), (value) => value * 256);
  const labels = Int32Array.from({ length: COUNT }, (_, i) => i % CLASSES);
  const dataset = new Dataset({ images, labels, shape: input, classes: CLASSES, device: "cpu" });
  await session.train(dataset, {
    order: Uint32Array.from({ length: COUNT }, (_, i) => i),
    ...{ batchSize: COUNT, learningRates: Float64Array.of(0.5), epoch: 1 },
  });
  const { optimizer, statistics } = session.readState();
  const probabilities = await session.predict(images);
  await session.dispose();
  dataset.dispose();
  return { gradient: optimizer.v!, statistics, probabilities };
}

type Result = Awaited<ReturnType<typeof run>>;

/** The largest difference, relative to the largest value. */
function difference(a: Float32Array, b: Float32Array): number {
  const most = b.reduce((size, value) => Math.max(size, Math.abs(value)), 0.01);
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), 0) / most;
}

function expectClose(found: Result, expected: Result, tolerance: number): void {
  expect(difference(found.gradient, expected.gradient)).toBeLessThan(tolerance);
  expect(difference(found.statistics, expected.statistics)).toBeLessThan(tolerance);
  expect(difference(found.probabilities, expected.probabilities)).toBeLessThan(tolerance);
}

const net: fc.Arbitrary<Net> = fc.record({
  image: fc.tuple(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 2, max: 12 })),
  filters: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(31, 32, 64, 70, 129)),
  center: fc.boolean(),
  scale: fc.boolean(),
  activation: fc.constantFrom("relu", "tanh", undefined),
});

describe.each(["avx512", "avx2", "baseline"])("batch normalisation with kernels for %s", (kernels) => {
  it("in micro-batches agrees with libtorch's operator on the whole batch", () =>
    fc.assert(
      fc.asyncProperty(net, fc.integer({ min: 1, max: COUNT }), async (each, microBatch) => {
        const layers = layersOf(each);
        const expected = await run(layers, each.image, { kernels: "reference" });
        expectClose(await run(layers, each.image, { kernels, microBatch }), expected, 2e-5);
      }),
      { numRuns: 40 },
    ));

  it("keeps the deviations of channels whose mean is a thousand times as large", async () => {
    const norm: Layer[] = [
      { type: "conv2d", filters: 5, kernelSize: 3 },
      { type: "batchNorm2d" },
      { type: "flatten" },
      { type: "dense", units: CLASSES },
    ];
    const near = await run(norm, [9, 9], { kernels, microBatch: 4 });
    const far = await run(norm, [9, 9], { kernels, microBatch: 4, offset: 256 });
    expect(difference(far.gradient, near.gradient)).toBeLessThan(1e-2); // the inputs have lost ten of their bits
  });
});

it("batch normalisation gives the same bits for any number of threads", async () => {
  const layers: Layer[] = [
    { type: "conv2d", filters: 12, kernelSize: 3, padding: "same" },
    { type: "batchNorm2d" },
    {
      type: "residual",
      layers: [
        { type: "activation", activation: "relu" },
        { type: "dropout", rate: 0.2 },
        { type: "conv2d", filters: 12, kernelSize: 3, padding: "same" },
        { type: "batchNorm2d" },
      ],
      activation: "relu",
    },
    { type: "flatten" },
    { type: "dense", units: CLASSES },
  ];
  const one = await run(layers, [9, 8], { microBatch: 2, threads: 1 });
  for (const threads of [2, 3, 7]) expect(await run(layers, [9, 8], { microBatch: 2, threads })).toEqual(one);
});
