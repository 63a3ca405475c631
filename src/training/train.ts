import type { ResolvedTrainConfig } from "../config/resolved-config.js";
import { planRun, type RunPlan } from "../config/run-plan.js";
import { parseTrainConfig, type TrainConfig } from "../config/train-config.js";
import type { Dataset } from "../data/dataset.js";
import { datasetRecord } from "../data/dataset-record.js";
import { datasetOf } from "../data/load-dataset.js";
import { allOf } from "../data/split.js";
import { splitDataset } from "../data/split-dataset.js";
import { standardisationOf } from "../data/standardisation.js";
import type { EpochRecord } from "../history/epoch-record.js";
import { evaluationMetrics } from "../inference/evaluation-metrics.js";
import { TrainedModel } from "../inference/trained-model.js";
import { preloadNative } from "../native/addon.js";
import { planForDevice } from "../native/device.js";
import { parametersSha256 } from "../native/parameters-sha256.js";
import { dataMemory, withMemory } from "../native/require-memory.js";
import { residentDataset } from "../native/resident-dataset.js";
import { openSession, sessionSpec } from "../native/session.js";
import { stopwatch } from "../system/stopwatch.js";
import { copyWithCallbacks } from "../validation/callbacks.js";
import type { OpenCheckpoint } from "./checkpoint/checkpoint-file.js";
import type { CheckpointOptions } from "./checkpoint/checkpoint-options.generated.js";
import { type CheckpointSettings, parseCheckpointOptions } from "./checkpoint/checkpoint-options.js";
import { type CheckpointedRun, Checkpoints, checkpointToResume } from "./checkpoint/checkpoints.js";
import { type RunIdentity, runIdentity } from "./checkpoint/run-identity.js";
import { runEpochs } from "./epoch-loop.js";
import { finalPredictions } from "./final-predictions.js";
import { runMemory } from "./memory-estimate.js";
import type { RunRecord } from "./run-record.js";
import { finiteOrNull, timeToTarget } from "./time-to-target.js";
import { runUntimedSteps } from "./untimed-steps.js";
import { loadWeights } from "./weights/load-weights.js";
import { matchWeights } from "./weights/match-weights.js";
import { writeInitialWeights } from "./weights/write-weights.js";

/** Callbacks to observe and cancel a training run. */
export interface TrainCallbacks {
  /** Called after every epoch and, before training, for epoch 0. Training waits for its promise, unless the signal has fired. */
  readonly onEpoch?: (epoch: EpochRecord) => void | Promise<void>;
  /**
   * Ends the run within one step. It then has status "cancelled" and the epochs that ended before. While files of images are read,
   * it ends the reading, and the run rejects with code ABORTED.
   */
  readonly signal?: AbortSignal;
  /** Whether to measure where the time of the steps goes, which makes training a little slower. Default: false. */
  readonly profile?: boolean;
  /**
   * Writes checkpoints: files from which a run that was cancelled or killed is resumed, with the same numbers as without the
   * interruption. One is also written when the signal fires, after the current step, and when the run ends. Default: none.
   */
  readonly checkpoint?: CheckpointOptions;
  /** Called with messages for the user, such as that a checkpoint cannot be written yet. */
  readonly onNotice?: (text: string) => void;
}

/** The result of a training run: its record and the model. */
export interface Run extends RunRecord {
  /** This run as plain data, as in study.json. */
  readonly record: RunRecord;
  /** The model with the weights of the last step or, with early stopping, of the best epoch. */
  readonly model: TrainedModel;
}

/**
 * Trains one model.
 *
 * @param report receives each epoch as it ends
 * @throws OptimbenchError (CONFIG, FORMULA, DATA, FILE, MEMORY, LIBTORCH) before it starts, (NATIVE) if it fails midway, (FILE) if
 *   the signal ends it and its checkpoint cannot be written
 */
export async function runTraining(
  input: TrainConfig & TrainCallbacks,
  report: (epoch: EpochRecord) => void,
): Promise<Run> {
  const total = stopwatch();
  const { onEpoch, signal, profile, checkpoint, onNotice, ...given } = copyWithCallbacks(
    input,
    "train config",
  );
  const config = parseTrainConfig(given);
  const options = checkpoint && parseCheckpointOptions(checkpoint);
  const dataset = await datasetOf(config, { signal });
  const weights = config.initialWeights === undefined ? undefined : await loadWeights(config.initialWeights);
  await preloadNative();
  const plan = planForDevice(planRun(config, dataset, undefined, undefined, weights));
  if (weights !== undefined) matchWeights(plan, weights); // before anything is allocated
  const announce = (epoch: EpochRecord) => {
    report(epoch);
    return onEpoch?.(epoch);
  };
  const callbacks = { onEpoch: announce, signal, profile, checkpoint: options, onNotice };
  return withMemory(runMemory(plan, dataset.test?.count), dataMemory(dataset, plan.config.device), () =>
    trainPlan(plan, dataset, callbacks, total),
  );
}

type Callbacks = {
  readonly [Key in keyof TrainCallbacks]: Key extends "checkpoint"
    ? CheckpointSettings | undefined
    : TrainCallbacks[Key] | undefined;
};

/** Trains according to a plan, on its device. The caller must have checked the memory. */
export async function trainPlan(
  plan: RunPlan,
  dataset: Dataset,
  callbacks: Callbacks,
  total = stopwatch(),
): Promise<Run> {
  const { checkpoint: options } = callbacks;
  if (options === undefined) return trainFrom(undefined, plan, dataset, callbacks, total);
  let identity: Promise<RunIdentity> | undefined;
  const run = () => {
    identity ??= runIdentity(plan.config, dataset);
    return identity;
  };
  const saved = await checkpointToResume(options, run, callbacks.onNotice ?? (() => {}));
  try {
    const before = saved?.progress;
    return await trainFrom({ options, run, before, saved }, plan, dataset, callbacks, total);
  } finally {
    await saved?.close();
  }
}

interface Checkpointing extends CheckpointedRun {
  /** The checkpoint to go on from. */
  readonly saved: OpenCheckpoint | undefined;
}

async function trainFrom(
  checkpointing: Checkpointing | undefined,
  plan: RunPlan,
  dataset: Dataset,
  { onEpoch, signal, profile = false, onNotice = () => {} }: Callbacks,
  total: () => number,
): Promise<Run> {
  const { config } = plan;
  const before = checkpointing?.before;
  const startedHere = new Date(Date.now() - 1000 * total()).toISOString();
  const startedAt = before?.startedAt ?? startedHere;
  const resumedAt = before ? [...before.resumedAt, startedHere] : [];
  const totalSeconds = () => (before?.seconds.total ?? 0) + total();
  const about = datasetRecord(dataset);
  const resident = await residentDataset(dataset, config.device);
  const indices = splitDataset(dataset, config.split, config.seed);

  const images = {
    train: { from: resident.images, indices: indices.train },
    validation: { from: resident.validation ?? resident.images, indices: indices.validation },
  };

  const standardisation = config.standardise ? await standardisationOf(dataset, indices.train) : undefined;
  const session = await openSession(sessionSpec(plan, standardisation));
  const stop = () => session.cancel();
  signal?.addEventListener("abort", stop);
  try {
    const untimedSteps =
      (before?.seconds.untimedSteps ?? 0) +
      (config.untimedSteps
        ? await runUntimedSteps(session, resident.images, indices.train, config, signal)
        : 0);
    await writeInitialWeights(session, plan);
    const initial = await parametersSha256(session);
    await checkpointing?.saved?.restore(session);
    const around = () => ({ startedAt, resumedAt, seconds: { untimedSteps, total: totalSeconds() } });
    const { history, status, ...early } = await runEpochs(session, images, config, {
      onEpoch: (epoch) => onEpoch?.(epoch),
      signal,
      profile,
      checkpoints: checkpointing && new Checkpoints(checkpointing, session, around, onNotice),
      before,
    });
    const test =
      resident.test && dataset.test && status === "completed" && config.testEvaluation !== false
        ? await session.evaluate(resident.test, allOf(dataset.test))
        : undefined;
    const predicting = stopwatch();
    const predictions =
      status === "completed"
        ? await finalPredictions(session, dataset, indices.validation, signal)
        : undefined;
    const evaluate =
      predicting() + sum(history.map(({ seconds }) => seconds.evaluate)) + (test?.seconds ?? 0);
    const record = {
      config,
      dataset: about,
      ...(indices.validation.length < config.split.validation && {
        validationImages: indices.validation.length,
      }),
      startedAt,
      ...(resumedAt.length > 0 && { resumedAt }),
      ...(standardisation && { standardisation }),
      status,
      history,
      ...early,
      ...(test?.status === "completed" && { test: evaluationMetrics(test) }),
      ...(config.targets && { targets: config.targets.map((target) => targetTime(config, history, target)) }),
      ...(predictions && { predictions }),
      seconds: {
        train: sum(history.map(({ seconds }) => seconds.train)),
        evaluate,
        untimedSteps,
        total: totalSeconds(),
      },
      parametersSha256: { initial, final: await parametersSha256(session) },
    };
    return withModel(record, new TrainedModel(session, config, about, standardisation));
  } catch (error) {
    await session.dispose();
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

function targetTime(config: ResolvedTrainConfig, history: readonly EpochRecord[], target: number) {
  const { seconds, steps, epochs } = timeToTarget({ config, history }, target);
  return { target, seconds: finiteOrNull(seconds), steps: finiteOrNull(steps), epochs: finiteOrNull(epochs) };
}

/** A run is printed and serialised like its record: `record` and `model` are not enumerable. */
const withModel = (record: RunRecord, model: TrainedModel): Run =>
  Object.defineProperties({ ...record } as Run, { record: { value: record }, model: { value: model } });

const sum = (values: readonly number[]) => values.reduce((total, each) => total + each, 0);
