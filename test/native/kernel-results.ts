import { expect, vi } from "vitest";
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

const { Dataset } = loadNative();
export const CLASSES = 3;
const ALL = 21; // images; the last batch is smaller
export const BATCH = 8;

export interface Options {
  readonly input?: Shape;
  readonly frozen?: readonly string[];
  readonly count?: number;
  readonly passes?: number;
  readonly semantics?: "keras3" | "pytorch";
  /** Of one weight. */
  readonly value?: number;
}

/** What two passes of SGD and an evaluation result in, with compiled kernels ("") or libtorch's operators ("reference"). */
export async function runKernels(kernels: "" | "reference", layers: readonly Layer[], options: Options) {
  const { input = [1, 13, 11], frozen, count = ALL, passes = 2, semantics = "keras3", value } = options;
  vi.stubEnv("OPTIMBENCH_KERNELS", kernels);
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
    statistics: state.statistics, // of batch normalisation
    said: [...said],
  };
}

/** The tolerance for sums of a few hundred terms in float32, through a few steps. */
const ROUNDING = 2e-5;

export async function checkKernels(layers: readonly Layer[], options: Options = {}) {
  const recorded = await runKernels("", layers, options);
  const { said, ...eager } = await takingSteps("eager", () => runKernels("", layers, options));
  expect(recorded.said).toEqual(["recorded"]);
  expect(said).toEqual(["not recorded: OPTIMBENCH_STEP=eager"]);
  expect({ ...recorded, said }).toEqual({ ...eager, said });
  const reference = await runKernels("reference", layers, options);
  expect(relativeError(recorded.losses, reference.losses, 1e-3)).toBeLessThan(ROUNDING);
  expect(relativeError(recorded.parameters, reference.parameters, 1)).toBeLessThan(ROUNDING);
  expect(relativeError(recorded.statistics, reference.statistics, 1)).toBeLessThan(ROUNDING);
  return { recorded, reference };
}

export const conv = (filters: number, options: object = {}) =>
  ({ type: "conv2d", filters, kernelSize: 3, padding: "same", ...options }) as const;
export const relu = { activation: "relu" } as const;
export const pool = (poolSize: number | readonly [number, number] = 2) =>
  ({ type: "maxPool2d", poolSize }) as Layer;
export const classify: readonly Layer[] = [{ type: "flatten" }, { type: "dense", units: CLASSES }];
