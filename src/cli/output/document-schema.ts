// What --json prints. Only the published JSON Schema is generated from this, and tests check each command against it.
import { z } from "zod";
import type { ErrorCode } from "../../errors.js";
import { evaluationSchema } from "../../inference/evaluation.js";
import { queueStatusSchema } from "../../queue/status-schema.js";
import { studySchema } from "../../study/study.js";
import { benchRecordSchema } from "./schemas/bench.js";
import {
  datasetDescriptionSchema,
  datasetStatusSchema,
  fetchedDatasetSchema,
  samplesSchema,
} from "./schemas/data.js";
import { bundleSchema, diagnosisSchema, libtorchSchema } from "./schemas/diagnosis.js";
import { explanationSchema, gradientCheckResultSchema } from "./schemas/explanation.js";
import { exportedModelSchema } from "./schemas/exported-model.js";
import { filePredictionsSchema } from "./schemas/predictions.js";
import {
  estimateSchema,
  findingSchema,
  judgedStudySchema,
  studyDiffSchema,
  verificationSchema,
} from "./schemas/studies.js";
import { verdictsSchema } from "./schemas/verdicts.js";

const text = z.string();

const STUDY = "the study, with what it shows; with --dry-run, what it would take";

/** The result of each command. */
const RESULTS = {
  compare: z.union([judgedStudySchema, estimateSchema]).describe(STUDY),
  train: z.union([judgedStudySchema, estimateSchema]).describe(STUDY),
  predict: filePredictionsSchema,
  evaluate: evaluationSchema.describe("how well the model recognises the images"),
  export: exportedModelSchema,
  merge: studySchema.describe("the merged study"),
  report: z
    .object({
      files: z.array(text).describe("what was written"),
      verdicts: verdictsSchema.optional().describe("what the study shows; absent for several studies"),
    })
    .describe("a report that was written again"),
  "queue status": queueStatusSchema,
  "queue cancel": z
    .object({ cancelled: text.describe("id of the study") })
    .describe("a study that was withdrawn"),
  verify: verificationSchema,
  diff: studyDiffSchema,
  check: z.array(findingSchema).describe("what was found, failures first"),
  schedule: z
    .object({
      stepsPerEpoch: z.number().describe("number of updates in an epoch"),
      rates: z.array(z.number()).describe("learning rate of each step"),
      momenta: z.array(z.number()).optional().describe("momentum of each step, if the schedule changes it"),
    })
    .describe("what a schedule sets"),
  explain: z.array(explanationSchema).describe("one explanation per name"),
  bench: benchRecordSchema,
  "data describe": z
    .union([datasetDescriptionSchema, z.array(datasetStatusSchema)])
    .describe("what a dataset contains; without a dataset, where each named one is"),
  "data fetch": fetchedDatasetSchema,
  "data samples": samplesSchema,
  setup: z
    .union([z.object({ libtorch: libtorchSchema }), z.object({ bundle: bundleSchema })])
    .describe("what was set up; with --bundle, what was written"),
  doctor: diagnosisSchema,
  "check-gradient": z.array(gradientCheckResultSchema).describe("one result per loss"),
} as const;

export const COMMANDS = Object.keys(RESULTS) as readonly (keyof typeof RESULTS)[];

const version = z.literal(1).describe("version of this format");

const successes = Object.entries(RESULTS).map(([command, result]) =>
  z.strictObject({
    schemaVersion: version,
    command: z.literal(command),
    ok: z
      .literal(true)
      .describe("whether the command succeeded; its answer may still be negative (exit code 1)"),
    result,
  }),
);

/** The codes of errors, and BUG for an error that is not an `OptimbenchError`. The type proves that none is missing. */
const CODES: Readonly<Record<ErrorCode | "BUG", true>> = {
  CONFIG: true,
  FORMULA: true,
  DATA: true,
  FILE: true,
  LIBTORCH: true,
  MEMORY: true,
  NATIVE: true,
  QUEUE: true,
  ABORTED: true,
  DISPOSED: true,
  BUG: true,
};

const failure = z.strictObject({
  schemaVersion: version,
  command: text.describe('such as "compare" or "data fetch"; empty if there is no such command'),
  ok: z.literal(false),
  error: z
    .strictObject({
      code: text.describe(Object.keys(CODES).join(", ")),
      message: text.describe("what is wrong, where, and what to do"),
      path: text.optional().describe("where the first problem in the input is, or the file"),
    })
    .describe("why the command failed"),
  result: z
    .unknown()
    .optional()
    .describe("the partial result, if there is one, in the form of a complete one"),
});

export const documentSchema = z
  .union([...successes, failure])
  .describe("what a command prints to stdout with --json");
