import { expect, vi } from "vitest";
import { planUpdate } from "../../src/formula/plan-update.js";
import { lossGraph, resolveLoss } from "../../src/losses/losses.js";
import type { Layer } from "../../src/models/layers.js";
import { lowerModel } from "../../src/models/lower-model.js";
import { resolveModel } from "../../src/models/models.js";
import type { Shape } from "../../src/models/native-layer.js";
import { loadNative, type SessionSpec } from "../../src/native/addon.js";
import { openSession } from "../../src/native/session.js";
import { resolveOptimizer, updateGraph } from "../../src/optimizers/optimizers.js";
import { relativeError } from "../relative-error.js";
import { GPU } from "../simulated-gpu.js";
import { noise } from "./noise.js";

const { Dataset } = loadNative();

export const CLASSES = 3;
const COUNT = 37; // the last batch is smaller
const INPUT: Shape = [1, 6, 6];
export const LAYERS: readonly Layer[] = [
  { type: "conv2d", filters: 4, kernelSize: 3, padding: "same", activation: "relu" },
  { type: "maxPool2d", poolSize: 2 },
  { type: "flatten" },
  { type: "dense", units: 8, activation: "relu" },
  { type: "dense", units: CLASSES },
];
export const withDropout: readonly Layer[] = [
  LAYERS[0]!,
  { type: "spatialDropout2d", rate: 0.3 },
  ...LAYERS.slice(1, 3),
  { type: "dropout", rate: 0.5 },
  ...LAYERS.slice(3),
];
export const images = Uint8Array.from(noise(COUNT * 36, 5), (value) => value * 256);
const labels = Int32Array.from({ length: COUNT }, (_, i) => i % CLASSES);

/** What a test may vary. */
export interface Options extends Partial<SessionSpec> {
  readonly optimizer?: Parameters<typeof resolveOptimizer>[0];
  readonly changing?: readonly string[];
  readonly semantics?: "keras3" | "pytorch";
  readonly model?: readonly Layer[];
  readonly frozen?: readonly string[];
  readonly accumulation?: number;
  readonly passes?: number;
}

export const data = { images, labels, shape: INPUT, classes: CLASSES };
export const makeDataset = (device: string) => new Dataset({ ...data, device });

export function makeSession(
  device: string,
  {
    optimizer = { name: "sgd", momentum: 0.9 },
    semantics = "keras3",
    model = LAYERS,
    frozen,
    ...rest
  }: Options,
) {
  const { changing, accumulation: _a, passes: _p, ...spec } = rest;
  const lowered = lowerModel(resolveModel({ layers: model }, { classes: CLASSES, semantics }), {
    input: INPUT,
    classes: CLASSES,
    semantics,
    frozen,
  });
  return openSession({
    device,
    threads: 1,
    seed: 3,
    microBatch: 8,
    input: INPUT,
    classes: CLASSES,
    layers: lowered.layers,
    loss: lossGraph(
      resolveLoss(
        {
          name: "sparseCategoricalCrossentropy",
          ...(semantics === "keras3" && { classWeights: [1, 2, 0.5] }),
        },
        semantics,
        CLASSES,
      ),
    ),
    update: planUpdate(
      updateGraph(resolveOptimizer(optimizer, semantics), changing ? { changing } : {}),
      lowered.parameters,
    ),
    ...spec,
  });
}

export type NativeSession = Awaited<ReturnType<typeof makeSession>>;
export type NativeDataset = ReturnType<typeof makeDataset>;

export const passOf = (epoch: number, { accumulation = 1, changing }: Options) => {
  const updates = Math.ceil(COUNT / (8 * accumulation));
  const each = (value: (i: number) => number) => Float64Array.from({ length: updates }, (_, i) => value(i));
  return {
    order: Uint32Array.from({ length: COUNT }, (_, i) => (i * 5 + epoch) % COUNT),
    batchSize: 8,
    gradientAccumulation: accumulation,
    learningRates: each((i) => 0.01 / (i + epoch)),
    ...(changing && { inputs: changing.map(() => ({ values: each((i) => 0.5 + 0.05 * i) })) }),
    epoch,
  };
};

/** Trains and evaluates, and returns everything that must be the same on every device. */
export async function runOn(device: string, options: Options = {}) {
  const session = await makeSession(device, options);
  const dataset = makeDataset(device);
  const passes = [];
  for (let epoch = 1; epoch <= (options.passes ?? 3); epoch++)
    passes.push(await session.train(dataset, passOf(epoch, options)));
  const evaluated = await session.evaluate(
    dataset,
    Uint32Array.from({ length: COUNT }, (_, i) => i),
  );
  const state = session.readState();
  await session.dispose();
  dataset.dispose();
  return {
    passes: passes.map(({ loss, correct, samples, steps, status }) => ({
      loss,
      correct,
      samples,
      steps,
      status,
    })),
    evaluated: { ...evaluated, seconds: 0 },
    state,
    said: [...new Set(passes.map(({ stepGraph }) => stepGraph))],
  };
}

/**
 * Checks that recorded steps have the same bits as unrecorded ones, with compiled kernels and with libtorch's operators, and
 * train as the CPU does. With operators, steps as on the CPU have the same bits too.
 *
 * @param said what the passes report about recording
 */
export async function checkDevice(options: Options, said: unknown[] = ["recorded"]): Promise<void> {
  const { said: saidByDevice, ...recorded } = await runOn(GPU, options);
  expect(saidByDevice).toEqual(said);
  const { said: _, ...eager } = await takingSteps("eager", () => runOn(GPU, options));
  expect(recorded).toEqual(eager);
  const operators = await withOperators(async () => {
    const { said: saidByOperators, ...byOperators } = await runOn(GPU, options);
    expect(saidByOperators).toEqual(said);
    const { said: _, ...plain } = await takingSteps("plain", () => runOn(GPU, options));
    expect(byOperators).toEqual(plain);
    return byOperators;
  });
  checkClose(options, recorded, operators);
  checkClose(options, recorded, await runOn("cpu", options));
}

/** Runs work without kernels that are compiled for the device. */
async function withOperators<Value>(work: () => Promise<Value>): Promise<Value> {
  const before = process.env.OPTIMBENCH_KERNELS;
  vi.stubEnv("OPTIMBENCH_KERNELS", "reference");
  try {
    return await work();
  } finally {
    vi.stubEnv("OPTIMBENCH_KERNELS", before);
  }
}

/** Runs work with unrecorded steps: as on the CPU (plain) or as on a device (eager). */
export async function takingSteps<Value>(
  mode: "plain" | "eager",
  work: () => Promise<Value>,
): Promise<Value> {
  const before = process.env.OPTIMBENCH_STEP;
  vi.stubEnv("OPTIMBENCH_STEP", mode);
  try {
    return await work();
  } finally {
    vi.stubEnv("OPTIMBENCH_STEP", before);
  }
}

type Result = Omit<Awaited<ReturnType<typeof runOn>>, "said">;

/** The tolerance for a model whose longest sum has 144 terms, each with a relative error of 6e-8. */
const ROUNDING = 1e-5;

/**
 * Checks that two devices, which may sum in different orders, give the same results except for rounding.
 *
 * SGD (the default here) passes the rounding of a gradient to the parameters unchanged. Adam, Lion and others divide a gradient
 * by its size: near 0, rounding may move a parameter either way, which changes the loss little. Parameters are therefore compared
 * after SGD only, and losses always.
 */
export function checkClose(options: Options, found: Result, expected: Result): void {
  const losses = ({ passes, evaluated }: Result) => [...passes, evaluated].map(({ loss }) => loss);
  const counts = ({ passes }: Result) =>
    passes.map(({ samples, steps, status }) => ({ samples, steps, status }));
  expect(counts(found)).toEqual(counts(expected));
  expect(relativeError(losses(found), losses(expected), 1e-3)).toBeLessThan(ROUNDING);
  if (options.optimizer !== undefined) return;
  expect(relativeError(found.state.parameters, expected.state.parameters, 1)).toBeLessThan(ROUNDING);
  expect(relativeError(found.state.statistics, expected.state.statistics, 1)).toBeLessThan(ROUNDING);
}
