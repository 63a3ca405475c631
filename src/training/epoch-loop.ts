import type { ResolvedTrainConfig } from "../config/resolved-config.js";
import { permutation, randomStream } from "../data/random.js";
import type { EpochRecord, RunStatus } from "../history/epoch-record.js";
import { addProfiles, type StepsProfile } from "../history/profile.js";
import { evaluationMetrics, metrics } from "../inference/evaluation-metrics.js";
import type { NativeDataset, NativeSession } from "../native/addon.js";
import { startSchedule } from "../schedules/schedules.js";
import { type EarlyStoppingResult, trackBestWeights } from "./best-weights.js";
import type { Checkpoints } from "./checkpoint/checkpoints.js";
import type { LoopProgress } from "./checkpoint/progress.js";

/** Images on the device, and which of them to use. */
interface ChosenImages {
  readonly from: NativeDataset;
  readonly indices: Uint32Array;
}

/** Options of the epoch loop. */
interface EpochLoopOptions {
  readonly onEpoch: (epoch: EpochRecord) => void | Promise<void>;
  readonly signal: AbortSignal | undefined;
  /** Whether to profile the steps. */
  readonly profile: boolean;
  readonly checkpoints: Checkpoints | undefined;
  /** What the run did before, if it is resumed. The session has the state after it. */
  readonly before: LoopProgress | undefined;
}

/** The epochs of a training run, and how it ended. */
interface EpochLoopResult extends Partial<EarlyStoppingResult> {
  readonly profile?: StepsProfile;
  /** On a GPU: "recorded", or why steps were not recorded. */
  readonly stepGraph?: string;
  readonly history: readonly EpochRecord[];
  readonly status: RunStatus;
}

/**
 * The epoch loop. Epoch 0 measures the initial weights. Each further epoch trains one pass over the training images in a new
 * order, then validates. The loop ends early if the loss is no longer finite, the signal fires or early stopping decides so. An
 * epoch that the signal interrupts is not in the history; with checkpoints, the run can go on in the middle of it. Epochs before
 * the run was resumed are not trained again, but schedule and early stopping follow them.
 */
export async function runEpochs(
  session: NativeSession,
  images: { readonly train: ChosenImages; readonly validation: ChosenImages },
  config: ResolvedTrainConfig,
  { onEpoch, signal, profile, checkpoints, before }: EpochLoopOptions,
): Promise<EpochLoopResult> {
  const { batchSize, gradientAccumulation, seed } = config;
  const history: EpochRecord[] = [];
  const stepsPerEpoch = Math.ceil(images.train.indices.length / (batchSize * gradientAccumulation));
  const { learningRate } = config.optimizer;
  const schedule = startSchedule(config.schedule, { learningRate, stepsPerEpoch, epochs: config.epochs });

  const best = config.earlyStopping && trackBestWeights(session, config.earlyStopping);
  let watched: StepsProfile | undefined;
  let stepGraph = before?.stepGraph;
  let done = before?.pass; // of the epoch's pass
  let canResume = true;
  const progress = (): LoopProgress => ({
    history,
    ...(done && { pass: done }),
    ...(stepGraph !== undefined && { stepGraph }),
  });
  const ended = async (status: RunStatus): Promise<EpochLoopResult> => {
    if (canResume || status !== "cancelled") await checkpoints?.atEnd(progress(), status === "cancelled");
    return {
      history,
      status,
      ...(await best?.restore()),
      ...(watched && { profile: watched }),
      ...(stepGraph !== undefined && { stepGraph }),
    };
  };

  const measure = ({ from, indices }: ChosenImages, weighted: boolean) =>
    session.evaluate(from, indices, { weighted });
  /** One pass over the training images. With checkpoints, it may pause to write one. */
  const pass = async (epoch: number, learningRates: Float64Array, momentum: Float64Array | undefined) => {
    const order = shuffled(images.train.indices, seed, epoch);
    while (done === undefined || done.updates < stepsPerEpoch) {
      const stopWaiting = checkpoints?.whenDue(() => session.cancel());
      const part = await session
        .train(images.train.from, {
          order,
          batchSize,
          gradientAccumulation,
          learningRates,
          ...(momentum && { inputs: [{ values: momentum }] }),
          epoch,
          profile,
          ...(checkpoints && { wholeUpdates: true }),
          ...(done && { done }),
        })
        .finally(stopWaiting);
      const steps = part.steps - (done?.updates ?? 0);
      const seconds = part.seconds + (done?.seconds ?? 0);
      stepGraph = part.stepGraph;
      if (part.profile)
        watched = {
          steps: (watched?.steps ?? 0) + steps,
          seconds: addProfiles(watched?.seconds, part.profile),
        };
      canResume = part.status !== "diverged"; // sums that are not finite cannot be stored
      if (!canResume) return { ...part, seconds };
      if (checkpoints) done = { updates: part.steps, loss: part.loss, correct: part.correct, seconds };
      if (part.status === "completed" || signal?.aborted) return { ...part, seconds };
      await checkpoints?.write(progress());
    }
    return { ...done, samples: order.length, status: "completed" as const };
  };
  /** Trains and validates; undefined if the signal ends it. */
  const runEpoch = async (epoch: number): Promise<EpochRecord | undefined> => {
    const firstStep = Math.max(0, epoch - 1) * stepsPerEpoch;
    const eachStep = (value: (step: number) => number) =>
      Float64Array.from({ length: stepsPerEpoch }, (_, i) => value(firstStep + i));
    const learningRates = eachStep(schedule.rate);
    const momentum = schedule.momentum && eachStep(schedule.momentum);
    const train = signal?.aborted
      ? undefined
      : await (epoch === 0 ? measure(images.train, true) : pass(epoch, learningRates, momentum));
    const validation = signal?.aborted ? undefined : await measure(images.validation, false);
    if (signal?.aborted || train === undefined || validation === undefined) return undefined;
    if (train.status === "cancelled" || validation.status === "cancelled") return undefined;
    done = undefined;
    return {
      epoch,
      learningRate: learningRates[0]!,
      train: metrics(train),
      validation: evaluationMetrics(validation),
      seconds:
        epoch === 0
          ? { train: 0, evaluate: train.seconds + validation.seconds }
          : { train: train.seconds, evaluate: validation.seconds },
    };
  };

  for (let epoch = 0; epoch <= config.epochs; epoch++) {
    const past = before?.history[epoch];
    const record = past ?? (await runEpoch(epoch));
    if (record === undefined) return ended("cancelled");
    history.push(record);
    if (past === undefined) await unlessAborted(onEpoch(record), signal);
    if (record.train.loss === null || record.validation.loss === null) return ended("diverged");
    if (epoch > 0) {
      schedule.afterEpoch(record);
      if (await best?.afterEpoch(record, past !== undefined)) break;
    }
    if (past === undefined) await checkpoints?.afterEpoch(epoch, progress());
  }
  return ended("completed");
}

/** Waits for `work` until the signal fires, so that a callback cannot prevent a run from ending. */
async function unlessAborted(work: void | Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return work;
  let stop = () => {};
  const aborted = new Promise<void>((resolve) => {
    stop = resolve;
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
  });
  await Promise.race([work, aborted]).finally(() => signal.removeEventListener("abort", stop));
}

function shuffled(images: Uint32Array, seed: number, epoch: number): Uint32Array {
  return permutation(images.length, randomStream(seed, "batchOrder", epoch)).map((place) => images[place]!);
}
