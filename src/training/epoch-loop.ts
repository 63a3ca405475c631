import type { ResolvedTrainConfig } from "../config/resolved-config.js";
import { permutation, randomStream } from "../data/random.js";
import type { EpochRecord, EvaluationMetrics, Metrics, RunStatus } from "../history/epoch-record.js";
import { addProfiles, type StepsProfile } from "../history/profile.js";
import type { Measured, NativeDataset, NativeSession } from "../native/addon.js";
import { startSchedule } from "../schedules/schedules.js";
import { type EarlyStoppingResult, trackBestWeights } from "./best-weights.js";

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
 * epoch that the signal interrupts is discarded.
 */
export async function runEpochs(
  session: NativeSession,
  images: { readonly train: ChosenImages; readonly validation: ChosenImages },
  config: ResolvedTrainConfig,
  { onEpoch, signal, profile }: EpochLoopOptions,
): Promise<EpochLoopResult> {
  const { batchSize, gradientAccumulation, seed } = config;
  const history: EpochRecord[] = [];
  const stepsPerEpoch = Math.ceil(images.train.indices.length / (batchSize * gradientAccumulation));
  const { learningRate } = config.optimizer;
  const schedule = startSchedule(config.schedule, { learningRate, stepsPerEpoch, epochs: config.epochs });

  const best = config.earlyStopping && trackBestWeights(session, config.earlyStopping);
  let watched: StepsProfile | undefined;
  let stepGraph: string | undefined;
  const ended = async (status: RunStatus): Promise<EpochLoopResult> => ({
    history,
    status,
    ...(await best?.restore()),
    ...(watched && { profile: watched }),
    ...(stepGraph !== undefined && { stepGraph }),
  });

  const measure = ({ from, indices }: ChosenImages, weighted: boolean) =>
    session.evaluate(from, indices, { weighted });
  const pass = (epoch: number, learningRates: Float64Array, momentum: Float64Array | undefined) =>
    session.train(images.train.from, {
      order: shuffled(images.train.indices, seed, epoch),
      batchSize,
      gradientAccumulation,
      learningRates,
      ...(momentum && { inputs: [{ values: momentum }] }),
      epoch,
      profile,
    });

  for (let epoch = 0; epoch <= config.epochs; epoch++) {
    const firstStep = Math.max(0, epoch - 1) * stepsPerEpoch;
    const eachStep = (value: (step: number) => number) =>
      Float64Array.from({ length: stepsPerEpoch }, (_, i) => value(firstStep + i));
    const learningRates = eachStep(schedule.rate);
    const momentum = schedule.momentum && eachStep(schedule.momentum);
    const train = signal?.aborted
      ? undefined
      : await (epoch === 0 ? measure(images.train, true) : pass(epoch, learningRates, momentum));
    const validation = signal?.aborted ? undefined : await measure(images.validation, false);
    if (signal?.aborted || train === undefined || validation === undefined) return ended("cancelled");
    if (train.status === "cancelled" || validation.status === "cancelled") return ended("cancelled");

    const record = {
      epoch,
      learningRate: learningRates[0]!,
      train: metrics(train),
      validation: evaluationMetrics(validation),
      seconds:
        epoch === 0
          ? { train: 0, evaluate: train.seconds + validation.seconds }
          : { train: train.seconds, evaluate: validation.seconds },
    };
    history.push(record);
    stepGraph = train.stepGraph;
    if (train.profile)
      watched = {
        steps: (watched?.steps ?? 0) + train.steps,
        seconds: addProfiles(watched?.seconds, train.profile),
      };
    await unlessAborted(onEpoch(record), signal);
    if (record.train.loss === null || record.validation.loss === null) return ended("diverged");
    if (epoch === 0) continue;
    schedule.afterEpoch(record);
    if (await best?.afterEpoch(record)) break;
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

/** The mean loss (null if it is not finite) and the accuracy. */
const metrics = ({ loss, correct, samples }: Measured): Metrics => ({
  loss: finite(loss / samples),
  accuracy: correct / samples,
});

/** The same for an evaluation, with the metrics that are independent of the loss. */
export const evaluationMetrics = (measured: Measured): EvaluationMetrics => ({
  ...metrics(measured),
  negativeLogLikelihood: finite(measured.negativeLogLikelihood / measured.samples),
  calibrationError: finite(measured.calibrationError / measured.samples),
});

const finite = (value: number) => (Number.isFinite(value) ? value : null);

function shuffled(images: Uint32Array, seed: number, epoch: number): Uint32Array {
  return permutation(images.length, randomStream(seed, "batchOrder", epoch)).map((place) => images[place]!);
}
