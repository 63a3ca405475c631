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
import { relativeError } from "../relative-error.js";
import { GPU } from "../simulated-gpu.js";
import { takingSteps } from "./device-runs.js";
import { noise } from "./noise.js";

vi.mock(import("../../src/install/runtime-libraries.js"), async (original) =>
  (await import("../simulated-gpu.js")).simulatedGpu(original),
);

afterEach(() => void vi.unstubAllEnvs());

const { Dataset } = loadNative();
const CLASSES = 3;
const ALL = 21; // images; the last batch is smaller
const BATCH = 8;

interface Options {
  readonly input?: Shape;
  readonly frozen?: readonly string[];
  readonly count?: number;
  readonly passes?: number;
  /** Of one weight. */
  readonly value?: number;
}

/** What two passes of SGD and an evaluation result in, with compiled kernels ("") or libtorch's operators ("reference"). */
async function run(kernels: "" | "reference", layers: readonly Layer[], options: Options) {
  const { input = [1, 13, 11], frozen, count = ALL, passes = 2, value } = options;
  vi.stubEnv("OPTIMBENCH_KERNELS", kernels);
  const semantics = "keras3";
  const model = resolveModel({ layers }, { classes: CLASSES, semantics });
  const lowered = lowerModel(model, { input, classes: CLASSES, semantics, frozen });
  const session = await openSession({
    ...{ device: GPU, threads: 1, seed: 3, microBatch: BATCH, input, classes: CLASSES },
    layers: lowered.layers,
    loss: lossGraph(resolveLoss("sparseCategoricalCrossentropy", semantics)),
    update: planUpdate(updateGraph(resolveOptimizer("sgd", semantics)), lowered.parameters),
  });
  if (value !== undefined) {
    const state = session.readState();
    state.parameters[0] = value;
    session.writeState(state);
  }
  const size = input[0] * input[1] * input[2];
  // Black pixels: many values are equal or exactly 0, where ReLU and max-pooling decide.
  const images = Uint8Array.from(noise(count * size, 5), (each, i) => (i % size < size / 2 ? 0 : each * 256));
  const labels = Int32Array.from({ length: count }, (_, i) => i % CLASSES);
  const dataset = new Dataset({ images, labels, shape: input, classes: CLASSES, device: GPU });
  const losses = [];
  const said = new Set();
  for (let epoch = 1; epoch <= passes; epoch++) {
    const { loss, stepGraph } = await session.train(dataset, {
      order: Uint32Array.from({ length: count }, (_, i) => (i * 5 + epoch) % count),
      batchSize: BATCH,
      gradientAccumulation: 1,
      learningRates: new Float64Array(Math.ceil(count / BATCH)).fill(0.1),
      epoch,
    });
    losses.push(loss);
    said.add(stepGraph);
  }
  const evaluated = await session.evaluate(dataset, Uint32Array.from(labels.keys()));
  const state = session.readState();
  await session.dispose();
  dataset.dispose();
  return {
    losses: [...losses, evaluated.loss],
    correct: evaluated.correct,
    parameters: state.parameters,
    said: [...said],
  };
}

/** The tolerance for sums of a few hundred terms in float32, through a few steps. */
const ROUNDING = 2e-5;

async function checkKernels(layers: readonly Layer[], options: Options = {}) {
  const recorded = await run("", layers, options);
  const { said, ...eager } = await takingSteps("eager", () => run("", layers, options));
  expect(recorded.said).toEqual(["recorded"]);
  expect(said).toEqual(["not recorded: OPTIMBENCH_STEP=eager"]);
  expect({ ...recorded, said }).toEqual({ ...eager, said });
  const reference = await run("reference", layers, options);
  expect(relativeError(recorded.losses, reference.losses, 1e-3)).toBeLessThan(ROUNDING);
  expect(relativeError(recorded.parameters, reference.parameters, 1)).toBeLessThan(ROUNDING);
  return { recorded, reference };
}

const conv = (filters: number, options: object = {}) =>
  ({ type: "conv2d", filters, kernelSize: 3, padding: "same", ...options }) as const;
const relu = { activation: "relu" } as const;
const pool = (poolSize: number | readonly [number, number] = 2) => ({ type: "maxPool2d", poolSize }) as Layer;
const classify: readonly Layer[] = [{ type: "flatten" }, { type: "dense", units: CLASSES }];

describe("compiled kernels give the results of libtorch's operators", () => {
  it.each<[string, readonly Layer[], Options?]>([
    [
      "pools without a rest",
      [conv(6, relu), pool(), conv(5, relu), pool([2, 1]), ...classify],
      { input: [1, 12, 8] },
    ],
    ["no ReLU", [conv(6), pool(), conv(5), ...classify]],
    ["no pool", [conv(6, { ...relu, padding: "valid" }), conv(5, relu), ...classify]],
    [
      "no bias",
      [conv(6, { ...relu, useBias: false }), pool(3), conv(5, { ...relu, useBias: false }), ...classify],
    ],
    ["strides", [conv(4, { ...relu, strides: 2, kernelSize: 5, padding: "valid" }), ...classify]],
    [
      "unequal padding",
      [conv(4, { ...relu, strides: 2 }), conv(4, { ...relu, strides: 2 }), ...classify],
      { input: [1, 12, 8] },
    ],
    [
      "unequal padding before a pool",
      [conv(4, { ...relu, strides: 2 }), conv(4, { ...relu, strides: 2 }), pool(), ...classify],
      { input: [1, 16, 16], count: BATCH },
    ],
    ["unequal windows", [conv(6, relu), pool([3, 2]), ...classify]],
    // One batch twice: where pixels are almost equal, rounding decides which gets the gradient, and steps amplify that.
    ["many channels", [conv(40, relu), conv(64, relu), pool(), ...classify], { count: BATCH }],
    [
      "few channels with strides",
      [conv(5, relu), conv(6, { ...relu, strides: 2, kernelSize: 5, padding: "valid" }), pool(), ...classify],
      { input: [1, 9, 10] },
    ],
    ["kernels of a pixel", [conv(6, { ...relu, kernelSize: 1, strides: 2 }), ...classify]],
    ["three channels", [conv(20, relu), pool(), ...classify], { input: [3, 7, 9] }],
    ["five channels", [conv(20, relu), pool(), ...classify], { input: [5, 7, 9] }],
    [
      "more filters than threads",
      [conv(270, relu), conv(530, { ...relu, kernelSize: 1 }), pool(), ...classify],
      { input: [1, 2, 3] },
    ],
    ["a pool that overlaps", [conv(6, relu), { type: "maxPool2d", poolSize: 3, strides: 2 }, ...classify]],
    ["dilation", [conv(6, { ...relu, dilationRate: 2 }), pool(), ...classify]],
    ["groups", [conv(6), conv(8, { ...relu, groups: 2 }), pool(), ...classify], { count: BATCH }],
    ["depthwise", [conv(4), { type: "depthwiseConv2d", kernelSize: 3, ...relu }, ...classify]],
    ["a hidden layer of one channel", [conv(1, relu), conv(4, relu), pool(), ...classify]],
    [
      "dense layers",
      [
        { type: "flatten" },
        { type: "dense", units: 40, ...relu },
        { type: "dense", units: 33, ...relu, useBias: false },
        { type: "dense", units: 7 },
        { type: "dense", units: CLASSES, useBias: false },
      ],
    ],
    [
      "large dense layers",
      [
        { type: "flatten" },
        { type: "dense", units: 820, ...relu },
        { type: "dense", units: 330, useBias: false, ...relu },
        { type: "dense", units: CLASSES },
      ],
      { input: [3, 9, 12] },
    ],
    ["a frozen layer", [conv(6, relu), pool(), conv(5, relu), pool(), ...classify], { frozen: ["conv2d_1"] }],
    [
      "frozen first layers",
      [conv(3, relu), pool(), conv(5, relu), pool(), ...classify],
      { frozen: ["conv2d_0"], count: BATCH },
    ],
    [
      "batch normalisation",
      [
        conv(6, { useBias: false }),
        { type: "batchNorm2d" },
        { type: "activation", ...relu },
        pool(),
        ...classify,
      ],
    ],
  ])("%s", async (_, layers, options) => {
    await checkKernels(layers, options);
  });

  it("and are what computes them", async () => {
    const { recorded, reference } = await checkKernels([conv(6, relu), pool(), conv(5, relu), ...classify]);
    expect(recorded.parameters).not.toEqual(reference.parameters); // other roundings
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    "a weight of %s",
    async (value) => {
      const layers = [conv(6, relu), pool(), conv(5, relu), ...classify];
      const [found, expected] = [await run("", layers, { value }), await run("reference", layers, { value })];
      expect(found.losses.map(Number.isFinite)).toEqual(expected.losses.map(Number.isFinite));
      expect(Array.from(found.parameters, Number.isFinite)).toEqual(
        Array.from(expected.parameters, Number.isFinite),
      );
    },
  );
});
