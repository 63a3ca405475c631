import { planRun } from "../config/run-plan.js";
import { defaultThreads } from "../config/threads.js";
import { parseTrainConfig } from "../config/train-config.js";
import { lossLabel } from "../losses/losses.js";
import { preloadNative } from "../native/addon.js";
import { planForDevice } from "../native/device.js";
import { dataMemory, requireMemory } from "../native/require-memory.js";
import { optimizerLabel } from "../optimizers/optimizers.js";
import { runMemory } from "../training/memory-estimate.js";
import { MOST_IMAGES, type ParsedBenchConfig } from "./bench-config.js";
import type { BenchSettings } from "./bench-record.js";
import { type BenchSession, openBenchSession } from "./bench-session.js";
import { randomImages } from "./random-images.js";

/**
 * The time of an update does not depend on the learning rate. At this rate the model barely changes, so training on random
 * images does not diverge, and all optimizers are timed on the same activations.
 */
const LEARNING_RATE = 1e-9;

/** A session, with the optimizer, batch size and number of threads that it times. */
export interface BenchCase {
  readonly optimizer: string;
  readonly batchSize: number;
  readonly threads: number;
  readonly session: BenchSession;
}

/**
 * Opens a session for each optimizer, batch size and number of threads. Also returns the settings with every default filled in.
 *
 * @throws OptimbenchError (CONFIG, FORMULA, LIBTORCH)
 */
export async function openBenchCases(config: ParsedBenchConfig): Promise<{
  readonly cases: readonly BenchCase[];
  readonly settings: BenchSettings;
}> {
  const { optimizers, batchSizes, threads = [defaultThreads()], measure, ...rest } = config;
  const { model, loss, semantics, seed, evaluationImages, seconds, rounds } = rest;
  const dataset = randomImages(MOST_IMAGES);
  await preloadNative();
  // Check all cases before opening the first session.
  const plans = batchSizes.flatMap((batchSize) =>
    threads.flatMap((count) =>
      optimizers.map((optimizer, index) =>
        planForDevice(
          planRun(
            parseTrainConfig({
              ...{ optimizer, batchSize, model, loss, semantics, device: rest.device, seed, threads: count },
              split: { train: MOST_IMAGES - 1, validation: 1 },
            }),
            dataset,
            { optimizer: `optimizers[${index}]`, loss: "loss" },
          ),
        ),
      ),
    ),
  );
  const one = plans[0]!.config;
  const { device } = one;
  await requireMemory([...plans.flatMap((plan) => runMemory(plan)), ...dataMemory(dataset, device)]);
  const cases: BenchCase[] = [];
  try {
    for (const plan of plans)
      cases.push({
        optimizer: optimizerLabel(plan.config.optimizer),
        batchSize: plan.config.batchSize,
        threads: plan.config.threads,
        session: await openBenchSession(plan, dataset, LEARNING_RATE),
      });
  } catch (error) {
    for (const { session } of cases) session.dispose();
    throw error;
  }
  const settings = {
    measure,
    optimizers: [...new Set(cases.map(({ optimizer }) => optimizer))],
    ...{ batchSizes, threads, evaluationImages },
    model: one.model.name ?? "layers",
    parameters: cases[0]!.session.parameterCount,
    loss: lossLabel(one.loss),
    ...{ semantics, device, seed, seconds, rounds },
  };
  return { cases, settings };
}
