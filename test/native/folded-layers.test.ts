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
const COUNT = 70; // more than a thread computes at a time, and a rest
const EXAMPLE = { filters: 20, kernelSize: 3, padding: "same" } as const;

afterEach(() => void vi.unstubAllEnvs());

/** Loss, number of correct answers and probabilities, with random parameters and running statistics. */
async function evaluate(layers: readonly Layer[], input: Shape, { kernels = "", threads = 1 }) {
  vi.stubEnv("OPTIMBENCH_KERNELS", kernels);
  const semantics = "keras3";
  const model = resolveModel({ layers }, { classes: CLASSES, semantics });
  const lowered = lowerModel(model, { input, classes: CLASSES, semantics });
  const session = await openSession({
    ...{ device: "cpu", threads, seed: 3, microBatch: 8, input, classes: CLASSES, layers: lowered.layers },
    loss: lossGraph(resolveLoss("sparseCategoricalCrossentropy", semantics)),
    update: planUpdate(updateGraph(resolveOptimizer("sgd", semantics)), lowered.parameters),
  });
  const state = session.readState();
  for (const { name, offset, shape } of session.parameters()) {
    if (!name.includes("batchNorm2d") && !name.endsWith("bias")) continue;
    const count = shape.reduce((a, b) => a * b);
    state.parameters.set(
      noise(count, offset).map((value) => value - 0.3), // some scales are negative
      offset,
    );
  }
  state.statistics.set(noise(state.statistics.length, 9).map((value) => value + 0.1));
  session.writeState(state);
  const images = Uint8Array.from(noise(COUNT * input[0] * input[1] * input[2], 5), (value) => value * 256);
  const labels = Int32Array.from({ length: COUNT }, (_, i) => i % CLASSES);
  const dataset = new Dataset({ images, labels, shape: input, classes: CLASSES, device: "cpu" });
  const { loss, correct } = await session.evaluate(dataset, Uint32Array.from(labels.keys()));
  const probabilities = await session.predict(images);
  await session.dispose();
  dataset.dispose();
  return { loss: loss / COUNT, correct, probabilities };
}

interface Net {
  readonly image: readonly [number, number];
  readonly before: number | undefined;
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides: number;
  readonly padding: "same" | "valid";
  readonly useBias: boolean;
  readonly depthwise: boolean;
  readonly norm: { readonly center: boolean; readonly scale: boolean } | undefined;
  readonly end: "relu" | "pool" | "shortcut" | "projection" | "none";
}

const net: fc.Arbitrary<Net> = fc.record({
  image: fc.tuple(fc.integer({ min: 6, max: 13 }), fc.integer({ min: 6, max: 13 })),
  before: fc.option(fc.constantFrom<number>(1, 3, 16, 17, 32), { nil: undefined }),
  filters: fc.constantFrom<number>(1, 6, 16, 20, 32, 40),
  kernelSize: fc.constantFrom(1, 3, 3, 5),
  strides: fc.constantFrom(1, 1, 2),
  padding: fc.constantFrom("same", "valid"),
  useBias: fc.boolean(),
  depthwise: fc.boolean(),
  norm: fc.option(fc.record({ center: fc.boolean(), scale: fc.boolean() }), { nil: undefined }),
  end: fc.constantFrom("relu", "pool", "shortcut", "projection", "none"),
});

/** A convolution, perhaps after another, and what evaluation computes with it. */
function layersOf({ before, norm, end, depthwise, image: _, filters, ...options }: Net): Layer[] {
  const relu: Layer = { type: "activation", activation: "relu" };
  const isBranch = end === "shortcut" || end === "projection";
  const shape = isBranch ? { ...options, strides: 1, padding: "same" as const } : options;
  const conv: Layer = depthwise
    ? { type: "depthwiseConv2d", ...shape }
    : { type: "conv2d", filters: end === "shortcut" ? (before ?? 1) : filters, ...shape };
  const folded: Layer[] = [conv, ...(norm === undefined ? [] : [{ type: "batchNorm2d", ...norm } as const])];
  const shortcut: Layer[] = [
    { type: "conv2d", filters: depthwise ? (before ?? 1) : filters, kernelSize: 1 },
    { type: "batchNorm2d" },
  ];
  return [
    ...(before === undefined ? [] : [{ type: "conv2d", filters: before, kernelSize: 1 } as const]),
    ...(isBranch
      ? [
          {
            type: "residual",
            layers: folded,
            ...(end === "projection" && { shortcut }),
            activation: "relu",
          } as const,
        ]
      : [
          ...folded,
          ...(end === "none" ? [] : [relu]),
          ...(end === "pool" ? [{ type: "maxPool2d" } as const] : []),
        ]),
    { type: "flatten" },
    { type: "dense", units: CLASSES },
  ];
}

/** Whether a window of the pooling fits into the convolution's output. */
const canPool = ({ image, kernelSize, strides, padding, end }: Net) =>
  end !== "pool" || padding === "same" || Math.min(...image) >= kernelSize + strides;

type Result = Awaited<ReturnType<typeof evaluate>>;

/** Float32 rounds by 6e-8, and sums of a few hundred terms follow. Winograd's filtering loses another digit. */
const TOLERANCE = 2e-5;

function expectClose(found: Result, expected: Result): void {
  const differences = found.probabilities.map((value, i) => Math.abs(value - expected.probabilities[i]!));
  expect(Math.max(...differences)).toBeLessThan(TOLERANCE);
  expect(Math.abs(found.loss - expected.loss)).toBeLessThan(TOLERANCE * Math.max(1, expected.loss));
}

describe.each(["avx512", "avx2", "baseline"])("evaluation with kernels for %s", (kernels) => {
  it("agrees with libtorch's operators, layer by layer", () =>
    fc.assert(
      fc.asyncProperty(net.filter(canPool), async (each) => {
        const layers = layersOf(each);
        const input: Shape = [1, ...each.image];
        const expected = await evaluate(layers, input, { kernels: "reference" });
        expectClose(await evaluate(layers, input, { kernels }), expected);
      }),
      { numRuns: 60 },
    ));
});

const residual: Layer[] = [
  { type: "conv2d", ...EXAMPLE },
  { type: "batchNorm2d" },
  {
    type: "residual",
    layers: [{ type: "conv2d", ...EXAMPLE }, { type: "batchNorm2d" }],
    activation: "relu",
  },
];
const end: Layer[] = [{ type: "flatten" }, { type: "dense", units: CLASSES }];

it("evaluation gives the same bits for any number of threads", async () => {
  const layers = [...residual, ...end];
  const [one, ...others] = await Promise.all(
    [1, 2, 3].map((threads) => evaluate(layers, [1, 9, 9], { threads })),
  );
  for (const other of others) expect(other).toEqual(one);
});

it.each(["avx512", "avx2", "baseline"])(
  "evaluation with kernels for %s folds into dense layers as well",
  async (kernels) => {
    for (const units of [7, 40])
      for (const useBias of [true, false])
        for (const norm of [{}, { center: false }, { scale: false }]) {
          const layers: Layer[] = [
            { type: "flatten" },
            { type: "dense", units, useBias },
            { type: "batchNorm2d", ...norm },
            ...(useBias ? [{ type: "activation", activation: "relu" } as const] : []),
            { type: "dense", units: CLASSES, useBias },
          ];
          const expected = await evaluate(layers, [1, 6, 5], { kernels: "reference" });
          expectClose(await evaluate(layers, [1, 6, 5], { kernels }), expected);
        }
  },
);

it("evaluation keeps outputs that several layers take", async () => {
  const conv: Layer = { type: "conv2d", ...EXAMPLE };
  const layers: Layer[] = [
    conv,
    { type: "residual", layers: [{ type: "batchNorm2d" }, conv] },
    { type: "residual", layers: [{ type: "residual", layers: [conv, { type: "batchNorm2d" }] }, conv] },
    ...end,
  ];
  const [found, expected] = [
    await evaluate(layers, [1, 8, 8], {}),
    await evaluate(layers, [1, 8, 8], { kernels: "reference" }),
  ];
  expectClose(found, expected);
});
