import type { StepsProfile } from "../history/profile.js";
import type { Environment } from "../study/environment.js";
import type { Measure } from "./bench-config.js";
import type { Spread } from "./spread.js";

/** The result of `bench`: measurements, machine and settings, as plain data. */
export interface BenchRecord {
  /** Version of this format. */
  readonly schemaVersion: 1;
  /** Distinguishes a record of `bench` from a study. */
  readonly kind: "bench";
  /** When measuring began, in ISO 8601. */
  readonly createdAt: string;
  /** Versions, system and processor. */
  readonly environment: Environment;
  /** Mean number of processes that ran or waited in the minute before measuring began. */
  readonly loadBefore: number;
  /** The config with every default filled in. */
  readonly settings: BenchSettings;
  /** "cancelled" if the signal ended measuring; `results` then contains what was measured before. */
  readonly status: "completed" | "cancelled";
  /** One row per measure, optimizer, number of threads and batch size. */
  readonly results: readonly BenchResult[];
  /** Where the time of a step goes, if the config asked for it with `profile`. */
  readonly profiles?: readonly StepProfile[];
}

/** A bench config with every default filled in. */
export interface BenchSettings {
  /** What was timed. */
  readonly measure: readonly Measure[];
  /** Labels of the optimizers whose step and update were timed. */
  readonly optimizers: readonly string[];
  /** Images per step. */
  readonly batchSizes: readonly number[];
  /** Numbers of CPU threads. */
  readonly threads: readonly number[];
  /** Images per evaluation. */
  readonly evaluationImages: number;
  /** The model's name, or "layers" if it has none. */
  readonly model: string;
  /** Number of trained parameters of the model. */
  readonly parameters: number;
  /** Label of the loss. */
  readonly loss: string;
  /** Framework whose formulas, defaults and initial weights were used. */
  readonly semantics: string;
  /** Device that was measured, such as "cpu" or "cuda:0". */
  readonly device: string;
  /** Seed of the initial weights. */
  readonly seed: number;
  /** Total seconds per measurement. */
  readonly seconds: number;
  /** Rounds over which the measurements were interleaved. */
  readonly rounds: number;
}

/** One row: what was timed, and how long it took. */
export interface BenchResult {
  /** What was timed. */
  readonly measure: Measure;
  /** Label of the optimizer. */
  readonly optimizer: string;
  /** Number of CPU threads. */
  readonly threads: number;
  /** Images per batch or per evaluation; absent for an update. */
  readonly images?: number;
  /** Milliseconds per step, update, pass or evaluation; null if training diverged while it was timed. */
  readonly milliseconds: Spread | null;
}

/** Where the time of some training steps went. */
export interface StepProfile extends StepsProfile {
  /** Label of the optimizer. */
  readonly optimizer: string;
  /** Number of CPU threads. */
  readonly threads: number;
  /** Images per batch. */
  readonly images: number;
}
