import { setMaxListeners } from "node:events";
import { type CompareConfig, parseCompareConfig } from "../config/compare-config.js";
import type { ResolvedCompareConfig, ResolvedTrainConfig } from "../config/resolved-config.js";
import type { RunPlan } from "../config/run-plan.js";
import { planStudy } from "../config/study-plan.js";
import type { Dataset } from "../data/dataset.js";
import { datasetOf } from "../data/load-dataset.js";
import { OptimbenchError } from "../errors.js";
import type { EpochRecord } from "../history/epoch-record.js";
import { lossLabel } from "../losses/losses.js";
import { nativeInfo, preloadNative } from "../native/addon.js";
import { optimizerLabel } from "../optimizers/optimizers.js";
import { runInParallel } from "../system/run-in-parallel.js";
import { planForDevice, resolveDevice } from "../training/device.js";
import { dataMemory, requireMemory, runMemory } from "../training/memory-estimate.js";
import type { RunRecord } from "../training/run-record.js";
import { type Run, trainPlan } from "../training/train.js";
import { copyWithCallbacks } from "../validation/callbacks.js";
import { environment } from "./environment.js";
import type { Study } from "./study.js";

/** A run of a study, before it starts. */
export interface PlannedRun {
  /** Number of the run, from 1. */
  readonly number: number;
  /** Number of runs in the study. */
  readonly count: number;
  /** What distinguishes it from the study's other runs, such as "adam" or "adam, meanSquaredError, seed 2". */
  readonly label: string;
  /** Its config with every default filled in. */
  readonly config: ResolvedTrainConfig;
}

/** Callbacks to observe and cancel a study. */
export interface CompareCallbacks {
  /** Called after every epoch of every run. The run waits for its promise, unless the signal has fired. */
  readonly onEpoch?: (epoch: EpochRecord, run: PlannedRun) => void | Promise<void>;
  /**
   * Called after every run with the study so far. `compare` waits for its promise, even after the signal has fired, so it can
   * save the run's model, which is disposed afterwards. Calls never overlap, even if runs are parallel. The study contains
   * the finished runs in the order of the plan.
   */
  readonly onRun?: (run: Run, study: Study, planned: PlannedRun) => void | Promise<void>;
  /** Ends the study. Runs in progress are kept with status "cancelled", and `compare` returns the study so far. */
  readonly signal?: AbortSignal;
  /** Whether to measure where the time of each run's steps goes. Default: false. */
  readonly profile?: boolean;
}

/**
 * Trains every optimizer with every loss and seed under equal conditions: runs of a seed share split, initial weights and data
 * order. Seeds are the outer loop, so that a machine that becomes slower affects all optimizers equally.
 *
 * @throws OptimbenchError (CONFIG, FORMULA, DATA, MEMORY, LIBTORCH) before the first run, (NATIVE) from a run that failed
 */
export async function compare(input: CompareConfig & CompareCallbacks = {}): Promise<Study> {
  const { onEpoch, onRun, signal, profile = false, ...given } = copyWithCallbacks(input, "compare config");
  const parsed = parseCompareConfig(given);
  const dataset = await datasetOf(parsed);
  const { config, runs: plans } = planStudy(parsed, dataset);
  await preloadNative();
  const device = resolveDevice(config.device);
  const planned = labelled(
    config,
    plans.map((plan) => planForDevice(plan, device)),
  );
  const atOnce = config.execution === "parallel" ? config.threads : 1;
  await checkFits(
    planned.map(({ plan }) => plan),
    dataset,
    atOnce,
  );
  const runs: RunRecord[] = [];
  const study: Study = {
    schemaVersion: 1,
    createdAt: new Date().toISOString(),
    environment: environment(nativeInfo()),
    config,
    runs,
  };

  const failure = new AbortController();
  const ended = AbortSignal.any([failure.signal, ...(signal ? [signal] : [])]);
  setMaxListeners(0, ended); // each run in progress listens
  const records = new Map<number, RunRecord>();
  let recorded: Promise<void> = Promise.resolve();
  const recordRun = async (run: Run, planned: PlannedRun) => {
    records.set(planned.number, run.record);
    runs.length = 0;
    for (const [, record] of [...records].sort(([a], [b]) => a - b)) runs.push(record);
    checkEqualStart(runs, run.record);
    await onRun?.(run, study, planned);
  };
  const work = async ({ planned, plan }: Labelled) => {
    if (ended.aborted) return;
    const run = await trainPlan(plan, dataset, {
      onEpoch: (epoch) => onEpoch?.(epoch, planned),
      signal: ended,
      profile,
    });
    const before = recorded;
    recorded = before.then(() => recordRun(run, planned)).finally(() => run.model.dispose());
    await recorded;
  };
  await runInParallel(planned, atOnce, work, () => failure.abort());
  return study;
}

/** Checks that the `atOnce` largest runs fit in memory together. Seeds make no difference. */
async function checkFits(plans: readonly RunPlan[], dataset: Dataset, atOnce: number): Promise<void> {
  const { seed, device } = plans[0]!.config;
  const needs = plans
    .filter(({ config }) => config.seed === seed)
    .map((plan) => {
      const parts = runMemory(plan, dataset.test?.count);
      return { parts, bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0) };
    });
  const largest = plans
    .map((_, index) => needs[index % needs.length]!)
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, atOnce);
  await requireMemory([...largest.flatMap(({ parts }) => parts), ...dataMemory(dataset, device)]);
}

interface Labelled {
  readonly planned: PlannedRun;
  readonly plan: RunPlan;
}

/** Numbers the runs, and labels them with what the study varies. */
function labelled(
  { optimizers, losses, seeds }: ResolvedCompareConfig,
  plans: readonly RunPlan[],
): Labelled[] {
  const sources = new Set(optimizers.map(({ semantics }) => semantics));
  return plans.map((plan, index) => {
    const { config } = plan;
    const label = [
      optimizerLabel(config.optimizer),
      ...(sources.size > 1 ? [config.optimizer.semantics] : []),
      ...(losses.length > 1 ? [lossLabel(config.loss)] : []),
      ...(seeds.length > 1 ? [`seed ${config.seed}`] : []),
    ].join(", ");
    return { planned: { number: index + 1, count: plans.length, label, config }, plan };
  });
}

/** Checks that runs of a seed started from equal weights, so that a bug here cannot produce an unfair comparison. */
function checkEqualStart(runs: readonly RunRecord[], last: RunRecord): void {
  const first = runs.find((run) => run !== last && run.config.seed === last.config.seed) ?? last;
  if (first.parametersSha256.initial === last.parametersSha256.initial) return;
  throw new OptimbenchError(
    "NATIVE",
    `Runs of seed ${last.config.seed} started from different weights (${first.config.optimizer.name}, ` +
      `${last.config.optimizer.name}). This is a bug in optimbench; please report it.`,
  );
}
