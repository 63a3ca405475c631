import type { ResolvedTrainConfig } from "../config/resolved-config.js";
import { planRun } from "../config/run-plan.js";
import { parseTrainConfig, type TrainConfig } from "../config/train-config.js";
import type { Dataset } from "../data/dataset.js";
import { OptimbenchError } from "../errors.js";
import type { EpochRecord } from "../history/epoch-record.js";
import { nativeInfo } from "../native/addon.js";
import { planForDevice } from "../native/device.js";
import { dataMemory, requireMemory } from "../native/require-memory.js";
import { isSameRun } from "../study/cell.js";
import { CellCheckpoints } from "../study/cell-checkpoints.js";
import type { Cell } from "../study/cell-lines.js";
import { environment } from "../study/environment.js";
import { hostIdentity } from "../system/host-identity.js";
import { runMemory } from "../training/memory-estimate.js";
import { trainPlan } from "../training/train.js";
import { loadWeights } from "../training/weights/load-weights.js";
import { matchWeights } from "../training/weights/match-weights.js";

interface Options {
  readonly threads: number;
  /** Whether other cells run beside it. */
  readonly isAlone: boolean;
  readonly profile: boolean;
  /** Where checkpoints are kept; undefined for nowhere. */
  readonly folder: string | undefined;
  readonly onEpoch: (epoch: EpochRecord) => void;
  readonly onNotice: (text: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Runs a cell on this machine.
 *
 * @returns undefined if the signal ended it
 * @throws as `train`
 */
export async function runCell(
  key: string,
  config: ResolvedTrainConfig,
  dataset: Dataset,
  { isAlone, folder, onEpoch, onNotice, signal, profile, threads }: Options,
): Promise<Cell | undefined> {
  const checkpoints = folder === undefined ? undefined : new CellCheckpoints(folder);
  const { dataDir: _, ...rest } = config;
  const parsed = parseTrainConfig({ ...rest, dataset, threads } as TrainConfig);
  const weights = parsed.initialWeights === undefined ? undefined : await loadWeights(parsed.initialWeights);
  const plan = planForDevice(planRun(parsed, dataset, undefined, undefined, weights));
  if (weights !== undefined) matchWeights(plan, weights);
  // Its result would have the key of another run.
  if (!isSameRun(plan.config, config))
    throw new OptimbenchError("CONFIG", "This machine would train another run than the study's.");
  await requireMemory([...runMemory(plan, dataset.test?.count), ...dataMemory(dataset, plan.config.device)]);
  const checkpoint = checkpoints?.settingsOf(key);
  const run = await trainPlan(plan, dataset, { onEpoch, onNotice, signal, profile, checkpoint });
  const { record } = run;
  run.model.dispose();
  if (record.status === "cancelled") return undefined;
  await checkpoints?.remove(key);
  return {
    key,
    ...hostIdentity(),
    environment: environment(nativeInfo()),
    execution: isAlone ? "sequential" : "parallel",
    record,
  };
}
