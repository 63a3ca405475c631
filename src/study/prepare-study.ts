import { inStudy } from "../config/config-path.js";
import { Once } from "../config/once.js";
import type { ResolvedCompareConfig, ResolvedTrainConfig } from "../config/resolved-config.js";
import type { RunPlan } from "../config/run-plan.js";
import type { StudyArms } from "../config/study-arms.js";
import { planStudy, type StudyPlan } from "../config/study-plan.js";
import type { Dataset } from "../data/dataset.js";
import { datasetChecksum } from "../data/dataset-checksum.js";
import { nativeInfo, preloadNative } from "../native/addon.js";
import { planForDevice, resolveDevice } from "../native/device.js";
import { type Numerics, numericsOf } from "../native/numerics.js";
import { dataMemory, type MemoryPart, requireMemory } from "../native/require-memory.js";
import { runMemory } from "../training/memory-estimate.js";
import { cellKey } from "./cell.js";
import type { Question } from "./cell-lines.js";
import { datasetKey } from "./dataset-key.js";
import { environment } from "./environment.js";
import { distinctLabels } from "./labels.js";
import type { PlannedCell } from "./planned-cell.js";
import type { PlannedRun } from "./planned-run.js";
import { runOrder } from "./run-order.js";
import { loadDatasets, type StudyDatasets } from "./study-datasets.js";
import { checkWeights, loadStudyWeights } from "./study-weights.js";
import { identities } from "./tuned-arms.js";

/** A study that can start on this machine. */
export interface PreparedStudy {
  readonly question: Question;
  /** In the order of the plan. */
  readonly cells: readonly PlannedCell[];
  readonly arms: number;
  /** Number of runs at the same time. */
  readonly atOnce: number;
  /** What is in memory at the same time. */
  readonly memory: readonly MemoryPart[];
}

/**
 * Loads the datasets of a study, plans its runs, and checks that they fit in memory.
 *
 * @param loaded datasets that need not be loaded again
 * @throws OptimbenchError (CONFIG, FORMULA, DATA, MEMORY, LIBTORCH)
 */
export async function prepareStudy(
  asked: StudyArms,
  loaded: StudyDatasets | undefined,
  signal: AbortSignal | undefined,
): Promise<PreparedStudy> {
  const datasets = await loadDatasets(asked.arms, loaded, { signal });
  const weights = await loadStudyWeights(asked.arms);
  const plan = planStudy(
    asked,
    (arm) => datasets.of(arm)!,
    (arm) => weights.get(arm.initialWeights),
  );
  for (const [index, { places }] of asked.arms.entries())
    inStudy(places, () => checkWeights(plan.arms[index]!.plan));
  await preloadNative();
  const { config, arms, seeds } = plan;
  const planned = labelled(plan, resolveDevice(config.device));
  const atOnce = config.execution === "parallel" ? config.threads : 1;
  const memory = memoryOf(planned.slice(0, arms.length), seeds.length, atOnce);
  await requireMemory(memory);
  const question = await ask(config, planned);
  const cells = planned.map((each, index) => ({ ...each, index, key: question.cells[index]! }));
  return { question, cells, arms: arms.length, atOnce, memory };
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

/** The memory of the `atOnce` largest of all runs together. Every arm has one run per seed. */
function memoryOf(arms: readonly Labelled[], seeds: number, atOnce: number): MemoryPart[] {
  const { device } = arms[0]!.plan.config;
  const once = new Once();
  const largest = arms
    .map(({ plan, dataset }) => {
      const parts = runMemory(plan, dataset.test?.count, once);
      return { parts, bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0) };
    })
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, atOnce)
    .flatMap((each) => Array<typeof each>(Math.min(seeds, atOnce)).fill(each))
    .slice(0, atOnce);
  const datasets = [...new Set(arms.map(({ dataset }) => dataset))];
  return [
    ...largest.flatMap(({ parts }) => parts),
    ...datasets.flatMap((dataset) => dataMemory(dataset, device)),
  ];
}

interface Labelled {
  readonly planned: PlannedRun;
  readonly plan: RunPlan;
  readonly dataset: Dataset;
}

/** Numbers the runs of a study in the order in which they start, and labels them with what distinguishes them. */
function labelled({ config: study, arms, seeds, runs }: StudyPlan<Dataset>, device: string): Labelled[] {
  const identity = identities(study);
  const labels = distinctLabels(arms.map(({ plan }) => identity(plan.config)));
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
