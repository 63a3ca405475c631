import { vi } from "vitest";
import { planUpdate } from "../../src/formula/plan-update.js";
import { lossGraph, resolveLoss } from "../../src/losses/losses.js";
import type { Layer } from "../../src/models/layers.js";
import { lowerModel } from "../../src/models/lower-model.js";
import { resolveModel } from "../../src/models/models.js";
import type { Shape } from "../../src/models/native-layer.js";
import { loadNative, type SessionState } from "../../src/native/addon.js";
import { openSession } from "../../src/native/session.js";
import { resolveOptimizer, updateGraph } from "../../src/optimizers/optimizers.js";
import { noise } from "./noise.js";

const { Dataset } = loadNative();
export const CLASSES = 3;

/**
 * Weights so coarse that the outputs of layers of images of 0 and 1 are exact in any summation order. Otherwise rounding would
 * decide which output of a window is the largest and receives the gradient, and where ReLU is off.
 */
const coarse = (state: SessionState): SessionState => ({
  ...state,
  parameters: state.parameters.map((value) => Math.round(value * 256) / 256),
});

export interface KernelSettings {
  readonly kernels?: string;
  readonly threads?: number;
  readonly count?: number;
  readonly microBatch?: number;
}

/** The gradient of each parameter in one step, and the probabilities after it, computed by kernels or, for "reference", by libtorch's operators. Unstub the environment after each test. */
export async function runKernels(
  layers: readonly Layer[],
  input: Shape,
  { kernels = "", threads = 1, count = 7, microBatch = 3 }: KernelSettings,
) {
  vi.stubEnv("OPTIMBENCH_KERNELS", kernels);
  const semantics = "keras3";
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
  session.writeState(coarse(session.readState()));
  const images = Uint8Array.from(noise(count * input[0] * input[1] * input[2], 5), (value) =>
    value < 0.5 ? 0 : 255,
  );
  const labels = Int32Array.from({ length: count }, (_, i) => i % CLASSES);
  const dataset = new Dataset({ images, labels, shape: input, classes: CLASSES, device: "cpu" });
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  const pass = { order, batchSize: count, learningRates: Float64Array.of(0.5), epoch: 1 };
  await session.train(dataset, pass);
  const gradient = session.readState().optimizer.v!;
  const gradients = session.parameters().map(({ name, shape, offset }) => ({
    name,
    values: gradient.slice(offset, offset + shape.reduce((a, b) => a * b)),
  }));
  const probabilities = await session.predict(images); // with biases that the step has changed from 0
  const profile = (await session.train(dataset, { ...pass, profile: true })).profile;
  await session.dispose();
  dataset.dispose();
  return { probabilities, gradients, layers: profile!.layers.map(({ name }) => name) };
}

export const largest = (values: Float32Array) =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
export const difference = (a: Float32Array, b: Float32Array) => largest(a.map((value, i) => value - b[i]!));
