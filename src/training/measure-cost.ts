import type { RunPlan } from "../config/run-plan.js";
import type { Dataset } from "../data/dataset.js";
import { OptimbenchError } from "../errors.js";
import type { Measured } from "../native/addon.js";
import { residentDataset } from "../native/resident-dataset.js";
import { freeSession, openSession, sessionSpec } from "../native/session.js";
import { stopwatch } from "../system/stopwatch.js";
import { untimedImages } from "./untimed-steps.js";

/** What the parts of a run take, in seconds. */
export interface RunCost {
  /** Before the first step. */
  readonly start: number;
  readonly step: number;
  /** Evaluating one image. */
  readonly image: number;
}

/** The time of an update does not depend on the learning rate. At this rate the model barely changes, so nothing diverges. */
const LEARNING_RATE = 1e-9;
/** How long steps are measured, and how many. */
const SECONDS = 0.1;
const MOST_STEPS = 50;
const EVALUATED_IMAGES = 256;

/**
 * Measures a few steps of a run. What they compute is discarded.
 *
 * @throws OptimbenchError (ABORTED) when the signal fires
 */
export async function measureCost(plan: RunPlan, dataset: Dataset, signal?: AbortSignal): Promise<RunCost> {
  const { batchSize, gradientAccumulation, device, split } = plan.config;
  const { images } = await residentDataset(dataset, device);
  const first = (count: number) => Uint32Array.from({ length: count }, (_, i) => i % dataset.count);
  const start = stopwatch();
  const session = await openSession(sessionSpec(plan));
  const cancel = () => session.cancel();
  signal?.addEventListener("abort", cancel);
  const checkSignal = () => {
    if (signal?.aborted) throw new OptimbenchError("ABORTED", "The estimate was stopped.");
  };
  try {
    const train = async (steps: number): Promise<Measured> => {
      checkSignal();
      const measured = await session.train(images, {
        order: first(steps * Math.min(batchSize, split.train)),
        batchSize,
        gradientAccumulation,
        learningRates: new Float64Array(Math.ceil(steps / gradientAccumulation)).fill(LEARNING_RATE),
        epoch: 1,
      });
      checkSignal();
      return measured;
    };
    await train(1); // selects kernels and allocates memory
    const opening = start();
    const once = await train(1);
    const steps = Math.max(2, Math.min(MOST_STEPS, Math.ceil(SECONDS / once.seconds)));
    const several = await train(steps);
    const evaluated = await session.evaluate(images, first(EVALUATED_IMAGES));
    return {
      start: opening,
      step: several.seconds / several.steps,
      image: evaluated.seconds / evaluated.samples,
    };
  } finally {
    signal?.removeEventListener("abort", cancel);
    freeSession(session);
  }
}

/** The seconds of a run, from its first step to its last. */
export function secondsOf(
  { config: { split, batchSize, epochs, untimedSteps, testEvaluation } }: RunPlan,
  { start, step, image }: RunCost,
  testImages = 0,
): number {
  const stepsFor = (images: number) => Math.ceil(images / batchSize) * step;
  const untimed = untimedSteps ? untimedImages(split.train, batchSize) : 0;
  return (
    start +
    stepsFor(untimed) +
    untimed * image +
    (split.train + split.validation) * image + // epoch 0
    epochs * (stepsFor(split.train) + split.validation * image) +
    (testEvaluation === false ? 0 : testImages * image)
  );
}
