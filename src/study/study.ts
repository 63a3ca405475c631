import type { ResolvedCompareConfig, ResolvedTrainConfig } from "../config/resolved-config.js";
import type { RunRecord } from "../history/run-record.js";
import type { Environment } from "./environment.js";

/** Whether its runs went in parallel: their times are not comparable. */
export const ranInParallel = ({ config }: Study): boolean =>
  (config as Partial<ResolvedCompareConfig> | null)?.execution === "parallel";

/** Runs that were asked for, where the config says so. */
export function plannedRuns({ config }: Study): number | undefined {
  const { optimizers, losses, seeds } = config as Readonly<Record<string, unknown>>;
  return Array.isArray(optimizers) && Array.isArray(losses) && Array.isArray(seeds)
    ? optimizers.length * losses.length * seeds.length
    : undefined;
}

/** A set of runs that differ in named factors; plain data, as study.json has it, whichever version wrote that. */
export interface Study {
  readonly schemaVersion: 1;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Environment: versions, processor, device, threads. */
  readonly environment: Readonly<Record<string, unknown>>;
  /** What was asked for, with every default filled in. */
  readonly config: unknown;
  readonly runs: readonly RunRecord[];
}

/** A study that this version ran. */
export interface ComparedStudy extends Study {
  readonly environment: Environment;
  readonly config: ResolvedCompareConfig;
  /** Finished runs, in the order of the plan: seeds, then losses, then optimizers. */
  readonly runs: readonly ComparedRun[];
}

/** A run of a study that this version ran. */
export interface ComparedRun extends RunRecord {
  readonly config: ResolvedTrainConfig;
}
