import type { EpochRecord, EvaluationMetrics, RunSeconds, RunStatus } from "./epoch-record.js";
import type { StepsProfile } from "./profile.js";

/** An optimizer or a loss as it ran: its name, its source and the exact formula. Hyperparameters are further keys. */
export interface FormulaChoice {
  readonly name: string;
  /** The user's name for it, which distinguishes two configurations of one optimizer. */
  readonly label?: string | undefined;
  readonly semantics: string;
  readonly formula: string;
}

/** What a study needs to know of a run's resolved config; the config itself says more. */
export interface RunConfig {
  readonly dataset: string;
  readonly dataDir?: string | undefined;
  /** Images in each part. */
  readonly split: { readonly train: number; readonly validation: number };
  readonly model: { readonly name?: string | undefined; readonly layers: readonly unknown[] };
  readonly loss: FormulaChoice;
  readonly optimizer: FormulaChoice & { readonly learningRate: number };
  readonly schedule: { readonly name: string };
  readonly epochs: number;
  readonly batchSize: number;
  /** Batches an update; 1 where it is not said. */
  readonly gradientAccumulation?: number | undefined;
  readonly seed: number;
  readonly device: string;
  readonly threads: number;
}

/** One training: what was asked for, how it ended, what was measured. */
export interface RunRecord {
  readonly config: RunConfig;
  readonly status: RunStatus;
  /** Epoch 0 (before training) first. */
  readonly history: readonly EpochRecord[];
  /** With early stopping: the epoch whose weights were restored at the end, and whether training ended before its last epoch. */
  readonly bestEpoch?: number | undefined;
  readonly stoppedEarly?: boolean | undefined;
  /** Measured once, with the weights at the end, where the dataset has images kept apart for it. */
  readonly test?: EvaluationMetrics | undefined;
  readonly seconds: RunSeconds;
  /** Where the time of its steps went, where that was asked for. */
  readonly profile?: StepsProfile | undefined;
  /** On a GPU: "recorded" where its steps were replayed as a graph, or "not recorded: ..." with the reason. */
  readonly stepGraph?: string | undefined;
  /** Of the parameter vector before and after training: equal `initial` means equal initial weights. */
  readonly parametersSha256: { readonly initial: string; readonly final: string };
}

/** The epoch whose weights a run ended with: its last, or with early stopping its best. */
export const finalEpoch = ({ history, bestEpoch }: RunRecord): EpochRecord | undefined =>
  history.find(({ epoch }) => epoch === bestEpoch) ?? history.at(-1);
