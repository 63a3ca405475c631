import type { RunPlan } from "../config/run-plan.js";
import type { Dataset } from "../data/dataset.js";
import type { PlannedRun } from "./planned-run.js";

/** A run of a study, with the key of its cell. */
export interface PlannedCell {
  readonly key: string;
  /** Its place in the plan, from 0. */
  readonly index: number;
  readonly planned: PlannedRun;
  readonly plan: RunPlan;
  readonly dataset: Dataset;
}
