import { type CompareConfig, parseCompareConfig } from "../config/compare-config.js";
import type { ResolvedCompareConfig, ResolvedTrainConfig } from "../config/resolved-config.js";
import type { RunPlan } from "../config/run-plan.js";
import { type StudyArms, studyArms } from "../config/study-arms.js";
import { planStudy, type StudyPlan } from "../config/study-plan.js";
import type { Dataset } from "../data/dataset.js";
import { datasetChecksum } from "../data/dataset-checksum.js";
import { configError } from "../errors.js";
import { nativeInfo, preloadNative } from "../native/addon.js";
import { planForDevice, resolveDevice } from "../training/device.js";
import { dataMemory, requireMemory, runMemory } from "../training/memory-estimate.js";
import { copyWithCallbacks } from "../validation/callbacks.js";
import type { CompareCallbacks, PlannedRun } from "./callbacks.js";
import { cellKey, type Numerics, numericsOf } from "./cell.js";
import type { Question } from "./cell-lines.js";
import { datasetKey } from "./dataset-key.js";
import { environment } from "./environment.js";
import { distinctLabels } from "./labels.js";
import { runCells } from "./run-cells.js";
import { runOrder } from "./run-order.js";
import type { Study } from "./study.js";
import { loadDatasets, type StudyDatasets } from "./study-datasets.js";
import { StudyFolder } from "./study-folder.js";

/**
 * Trains every arm with every seed under equal conditions: runs of a seed with the same dataset and model share split, initial
 * weights and data order. One seed runs after another, and the arms of each in random order, so that a slow minute of the machine affects
 * no arm more than others on average.
 *
 * @param loaded datasets that need not be loaded again
 * @param isDecided whether a study whose seeds are added in rounds needs no more
 * @throws OptimbenchError (CONFIG, FORMULA, DATA, MEMORY, LIBTORCH) before the first run, (FILE) if the folder has another study
 *   or cannot be written, (NATIVE) from a run that failed
 */
export async function compare(
  input: CompareConfig & CompareCallbacks = {},
  loaded?: StudyDatasets,
  isDecided: (study: Study) => boolean = () => false,
): Promise<Study> {
  const { onPlan, onEpoch, onRun, onSkip, onNotice, signal, profile, folder, overwrite, shard, ...given } =
    copyWithCallbacks(input, "compare config");
  const callbacks = { onPlan, onEpoch, onRun, onSkip, onNotice, signal, profile, folder, overwrite, shard };
  return compareArms(studyArms(parseCompareConfig(given)), callbacks, loaded, isDecided);
}

/** What is optional may also be undefined. */
export type GivenCallbacks = { readonly [Key in keyof CompareCallbacks]: CompareCallbacks[Key] | undefined };

/** The same for arms that are already known. */
export async function compareArms(
  asked: StudyArms,
  { folder, overwrite, ...callbacks }: GivenCallbacks,
  loaded?: StudyDatasets,
  isDecided: (study: Study) => boolean = () => false,
): Promise<Study> {
  if (callbacks.shard !== undefined && asked.seedsPerRound !== undefined)
    throw configError(
      "`shard` divides a fixed number of runs, but with `seedsPerRound` results decide on the number. Several processes may share the study's folder instead, or give a number of `seeds`.",
      "shard",
    );
  const datasets = await loadDatasets(asked.arms, loaded, { signal: callbacks.signal });
  const plan = planStudy(asked, (arm) => datasets.of(arm)!);
  await preloadNative();
  const { config, arms, seeds } = plan;
  const planned = labelled(plan, resolveDevice(config.device));
  const atOnce = config.execution === "parallel" ? config.threads : 1;
  await checkFits(planned.slice(0, arms.length), seeds.length, atOnce);
  const question = await ask(config, planned);
  const store =
    folder === undefined
      ? undefined
      : await StudyFolder.open(folder, question, {
          overwrite: overwrite ?? false,
          onNotice: callbacks.onNotice ?? (() => {}),
        });
  return runCells(
    planned.map((each, index) => ({ ...each, index, key: question.cells[index]! })),
    {
      question,
      store,
      atOnce,
      rounds:
        config.seedsPerRound === undefined
          ? undefined
          : { runs: config.seedsPerRound * arms.length, isDecided },
      ...callbacks,
    },
  );
}

async function ask(config: ResolvedCompareConfig, planned: readonly Labelled[]): Promise<Question> {
  const where = environment(nativeInfo());
  const numerics = numericsOf(where);
  const checksums = new Map<string, string>();
  for (const { plan, dataset } of planned) {
    const key = datasetKey(plan.config);
    if (!checksums.has(key)) checksums.set(key, await datasetChecksum(dataset));
  }
  return {
    schemaVersion: 1,
    createdAt: new Date().toISOString(),
    environment: where,
    config,
    datasets: Object.fromEntries(checksums),
    numerics,
    cells: distinctKeys(planned, (each) => checksums.get(datasetKey(each))!, numerics),
  };
}

/** The key of each run. Of equal arms, each has another one. */
function distinctKeys(
  planned: readonly Labelled[],
  checksum: (config: ResolvedTrainConfig) => string,
  numerics: Numerics,
): string[] {
  const counts = new Map<string, number>();
  return planned.map(({ plan: { config } }) => {
    const key = cellKey(config, checksum(config), numerics);
    const before = counts.get(key) ?? 0;
    counts.set(key, before + 1);
    return before === 0 ? key : cellKey(config, checksum(config), numerics, before);
  });
}

/** Checks that the `atOnce` largest of all runs fit in memory together. Every arm has one run per seed. */
async function checkFits(arms: readonly Labelled[], seeds: number, atOnce: number): Promise<void> {
  const { device } = arms[0]!.plan.config;
  const largest = arms
    .map(({ plan, dataset }) => {
      const parts = runMemory(plan, dataset.test?.count);
      return { parts, bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0) };
    })
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, atOnce)
    .flatMap((each) => Array<typeof each>(Math.min(seeds, atOnce)).fill(each))
    .slice(0, atOnce);
  const datasets = [...new Set(arms.map(({ dataset }) => dataset))];
  await requireMemory([
    ...largest.flatMap(({ parts }) => parts),
    ...datasets.flatMap((dataset) => dataMemory(dataset, device)),
  ]);
}

interface Labelled {
  readonly planned: PlannedRun;
  readonly plan: RunPlan;
  readonly dataset: Dataset;
}

/** Numbers the runs of a study in the order in which they start, and labels them with what distinguishes them. */
function labelled({ arms, seeds, runs }: StudyPlan<Dataset>, device: string): Labelled[] {
  const labels = distinctLabels(arms.map(({ plan }) => plan.config));
  const numbers = new Map(runOrder(seeds, arms.length).map((index, place) => [index, place + 1]));
  return runs.map(({ plan: onAny, dataset }, index) => {
    const plan = planForDevice(onAny, device);
    const { config } = plan;
    const arm = labels[index % arms.length]!;
    const label = seeds.length > 1 ? `${arm}, seed ${config.seed}` : arm;
    return {
      planned: { number: numbers.get(index)!, count: runs.length, label, arm, config },
      plan,
      dataset,
    };
  });
}
