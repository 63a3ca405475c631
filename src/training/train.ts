import type { ResolvedTrainConfig } from "../config/resolved-config.js";
import { planRun, type RunPlan } from "../config/run-plan.js";
import { parseTrainConfig, type TrainConfig } from "../config/train-config.js";
import type { Dataset } from "../data/dataset.js";
import { datasetRecord } from "../data/dataset-record.js";
import { datasetOf } from "../data/load-dataset.js";
import { splitDataset } from "../data/split-dataset.js";
import { standardisationOf } from "../data/standardisation.js";
import type { EpochRecord } from "../history/epoch-record.js";
import { preloadNative } from "../native/addon.js";
import { parametersSha256 } from "../native/parameters-sha256.js";
import { residentDataset } from "../native/resident-dataset.js";
import { stopwatch } from "../system/stopwatch.js";
import { copyWithCallbacks } from "../validation/callbacks.js";
import { planForDevice } from "./device.js";
import { evaluationMetrics, runEpochs } from "./epoch-loop.js";
import { finalPredictions } from "./final-predictions.js";
import { dataMemory, requireMemory, runMemory } from "./memory-estimate.js";
import type { RunRecord } from "./run-record.js";
import { openSession, sessionSpec } from "./session.js";
import { finiteOrNull, timeToTarget } from "./time-to-target.js";
import { TrainedModel } from "./trained-model.js";
import { runUntimedSteps } from "./untimed-steps.js";

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
 * @throws OptimbenchError (CONFIG, FORMULA, DATA, MEMORY, LIBTORCH) before it starts, (NATIVE) if it fails midway
 */
export async function runTraining(
  input: TrainConfig & TrainCallbacks,
  report: (epoch: EpochRecord) => void,
): Promise<Run> {
  const total = stopwatch();
  const { onEpoch, signal, profile, ...given } = copyWithCallbacks(input, "train config");
  const config = parseTrainConfig(given);
  const dataset = await datasetOf(config, { signal });
  await preloadNative();
  const plan = planForDevice(planRun(config, dataset));
  await requireMemory([...runMemory(plan, dataset.test?.count), ...dataMemory(dataset, plan.config.device)]);
  const announce = (epoch: EpochRecord) => {
    report(epoch);
    return onEpoch?.(epoch);
  };
  return trainPlan(plan, dataset, { onEpoch: announce, signal, profile }, total);
}

/** Trains according to a plan, on its device. The caller must have checked the memory. */
export async function trainPlan(
  plan: RunPlan,
  dataset: Dataset,
  { onEpoch, signal, profile = false }: { [Key in keyof TrainCallbacks]: TrainCallbacks[Key] | undefined },
  total = stopwatch(),
): Promise<Run> {
  const { config } = plan;
  const startedAt = new Date(Date.now() - 1000 * total()).toISOString();
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
    const untimedStepsSeconds = config.untimedSteps
      ? await runUntimedSteps(session, resident.images, indices.train, config, signal)
      : 0;
    const initial = await parametersSha256(session);
    const { history, status, ...early } = await runEpochs(session, images, config, {
      onEpoch: (epoch) => onEpoch?.(epoch),
      signal,
      profile,
    });
    const test =
      resident.test && dataset.test && status === "completed" && config.testEvaluation !== false
        ? await session.evaluate(
            resident.test,
            Uint32Array.from({ length: dataset.test.count }, (_, i) => i),
          )
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
        untimedSteps: untimedStepsSeconds,
        total: total(),
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
