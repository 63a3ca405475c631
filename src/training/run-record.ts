import { z } from "zod";
import { resolvedTrainConfigSchema } from "../config/resolved-config.js";
import { datasetRecordSchema } from "../data/dataset-record.js";
import { standardisationSchema } from "../data/standardisation.js";
import {
  type EpochRecord,
  epochRecordSchema,
  evaluationMetricsSchema,
  runSecondsSchema,
  runStatusSchema,
} from "../history/epoch-record.js";
import { predictionsSchema } from "../history/predictions.js";
import { stepsProfileSchema } from "../history/profile.js";
import type { RunRecord } from "./run-record.generated.js";
import { targetTimeSchema } from "./time-to-target.js";

export type { RunRecord };

const hash = z.string();

export const runRecordSchema = z
  .object({
    config: resolvedTrainConfigSchema.describe("what was trained, with every default filled in"),
    dataset: datasetRecordSchema.describe("what it was trained on"),
    validationImages: z
      .int()
      .min(0)
      .optional()
      .describe(
        "number of validation images, if they are fewer than `config.split` says, since groups are not divided",
      ),
    startedAt: z.string().describe("when the run started, in ISO 8601"),
    resumedAt: z
      .array(z.string())
      .readonly()
      .optional()
      .describe(
        "when the run was resumed from a checkpoint, in ISO 8601; absent if it never was. Its times include the parts before, and `profile` does not.",
      ),
    machine: z
      .int()
      .min(1)
      .optional()
      .describe("number of the machine that it ran on, from 1, in the `machines` of its study"),
    standardisation: standardisationSchema
      .optional()
      .describe("how the channels of all images were standardised; absent if they were not"),
    status: runStatusSchema.describe("how the run ended"),
    history: z.array(epochRecordSchema).readonly().describe("the epochs; epoch 0 (before training) first"),
    bestEpoch: z
      .int()
      .min(0)
      .optional()
      .describe("with early stopping, the epoch whose weights were restored at the end"),
    stoppedEarly: z
      .boolean()
      .optional()
      .describe("with early stopping, whether training ended before its last epoch"),
    test: evaluationMetricsSchema
      .optional()
      .describe("measured once, with the final weights, if the dataset has test images"),
    targets: z
      .array(targetTimeSchema)
      .readonly()
      .optional()
      .describe("how long training took to each target of `config.targets`"),
    predictions: predictionsSchema
      .optional()
      .describe("what the final weights predict, if the run completed"),
    seconds: runSecondsSchema.describe("where the time of the run went, in seconds"),
    profile: stepsProfileSchema.optional().describe("where the time of the steps went, if `profile` was set"),
    stepGraph: z
      .string()
      .optional()
      .describe(
        'on a GPU, "recorded" if the steps were replayed as a graph, or "not recorded: ..." with the reason',
      ),
    parametersSha256: z
      .object({
        initial: hash.describe("before training; equal hashes mean equal initial weights"),
        final: hash.describe("after training"),
      })
      .describe("SHA-256 hashes of the parameter vector"),
  })
  .describe("a training run: its config, how it ended and what was measured");

/** The epoch whose weights a run ended with: its last, or with early stopping its best. */
export const finalEpoch = ({ history, bestEpoch }: RunRecord): EpochRecord | undefined =>
  history.find(({ epoch }) => epoch === bestEpoch) ?? history.at(-1);
