import { type CompareConfig, parseCompareConfig } from "../config/compare-config.js";
import type { ResolvedCompareConfig } from "../config/resolved-config.js";
import type { RunPlan } from "../config/run-plan.js";
import { planStudy } from "../config/study-plan.js";
import type { Dataset } from "../data/dataset.js";
import { datasetChecksum } from "../data/dataset-checksum.js";
import { datasetOf } from "../data/load-dataset.js";
import { lossLabel } from "../losses/losses.js";
import { nativeInfo, preloadNative } from "../native/addon.js";
import { optimizerLabel } from "../optimizers/optimizers.js";
import { planForDevice, resolveDevice } from "../training/device.js";
import { dataMemory, requireMemory, runMemory } from "../training/memory-estimate.js";
import { copyWithCallbacks } from "../validation/callbacks.js";
import type { CompareCallbacks, PlannedRun } from "./callbacks.js";
import { cellKey, numericsOf } from "./cell.js";
import type { Question } from "./cell-lines.js";
import { environment } from "./environment.js";
import { runCells } from "./run-cells.js";
import type { Study } from "./study.js";
import { openStudyFolder } from "./study-folder.js";

/**
 * Trains every optimizer with every loss and seed under equal conditions: runs of a seed share split, initial weights and data
 * order. Seeds are the outer loop, so that a machine that becomes slower affects all optimizers equally.
 *
 * @throws OptimbenchError (CONFIG, FORMULA, DATA, MEMORY, LIBTORCH) before the first run, (FILE) if the folder has another study
 *   or cannot be written, (NATIVE) from a run that failed
 */
export async function compare(input: CompareConfig & CompareCallbacks = {}): Promise<Study> {
  const { onEpoch, onRun, signal, profile, folder, overwrite, onNotice, ...given } = copyWithCallbacks(
    input,
    "compare config",
  );
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
  const question = await ask(config, planned, dataset);
  const callbacks = { onEpoch, onRun, onNotice, signal, profile };
  const store =
    folder === undefined
      ? undefined
      : await openStudyFolder(folder, question, {
          overwrite: overwrite ?? false,
          onNotice: onNotice ?? (() => {}),
        });
  return runCells(
    planned.map((each, index) => ({ ...each, key: question.cells[index]! })),
    { dataset, question, store, atOnce, ...callbacks },
  );
}

async function ask(
  config: ResolvedCompareConfig,
  planned: readonly Labelled[],
  dataset: Dataset,
): Promise<Question> {
  const where = environment(nativeInfo());
  const numerics = numericsOf(where);
  const checksum = await datasetChecksum(dataset);
  return {
    schemaVersion: 1,
    createdAt: new Date().toISOString(),
    environment: where,
    config,
    datasets: { [config.dataset]: checksum },
    numerics,
    cells: planned.map(({ plan }) => cellKey(plan.config, checksum, numerics)),
  };
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
