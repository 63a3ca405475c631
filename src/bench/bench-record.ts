import type { StepsProfile } from "../history/profile.js";
import type { Environment } from "../study/environment.js";
import type { Measure } from "./bench-config.js";
import type { Spread } from "./spread.js";

/** What `bench` measured, where and how: plain data. */
export interface BenchRecord {
  readonly schemaVersion: 1;
  readonly kind: "bench";
  /** ISO 8601. */
  readonly createdAt: string;
  readonly environment: Environment;
  /** Processes that ran or waited on average in the minute before it began. */
  readonly loadBefore: number;
  /** What was asked for, with every default filled in. */
  readonly settings: BenchSettings;
  readonly status: "completed" | "cancelled";
  readonly results: readonly BenchResult[];
  /** Where the time of a step goes, where that was asked for. */
  readonly profiles?: readonly StepProfile[];
}

export interface BenchSettings {
  readonly measure: readonly Measure[];
  /** By their labels. */
  readonly optimizers: readonly string[];
  readonly batchSizes: readonly number[];
  readonly threads: readonly number[];
  readonly evaluationImages: number;
  /** Its name, or "layers" where it has none. */
  readonly model: string;
  readonly parameters: number;
  readonly loss: string;
  readonly semantics: string;
  readonly device: string;
  readonly seed: number;
  readonly seconds: number;
  readonly rounds: number;
}

/** One row: what was timed, and its milliseconds. */
export interface BenchResult {
  readonly measure: Measure;
  readonly optimizer: string;
  readonly threads: number;
  /** Images in a batch, or of an evaluation; an update has none. */
  readonly images?: number;
  /** Null where the training diverged while it was timed. */
  readonly milliseconds: Spread | null;
}

/** Where the time of some steps went, and of which. */
export interface StepProfile extends StepsProfile {
  readonly optimizer: string;
  readonly threads: number;
  readonly images: number;
}
