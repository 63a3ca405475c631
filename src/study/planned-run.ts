import type { ResolvedTrainConfig } from "../config/resolved-config.js";

/** A run of a study, before it starts. */
export interface PlannedRun {
  /** Number of the run in the order in which runs start, from 1. */
  readonly number: number;
  /** Number of runs in the study. */
  readonly count: number;
  /** What distinguishes it from the study's other runs, such as "adam" or "adam, batch size 256, seed 2". */
  readonly label: string;
  /** What distinguishes its arm from the others: the label without the seed. */
  readonly arm: string;
  /** Its config with every default filled in. */
  readonly config: ResolvedTrainConfig;
}
