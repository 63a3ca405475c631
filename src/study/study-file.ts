import { readFile } from "node:fs/promises";
import { z } from "zod";
import { OptimbenchError, reasonOf } from "../errors.js";
import { fileProblem } from "../system/file-problem.js";
import { writeFileAtomically } from "../system/write-file.js";
import { parse } from "../validation/parse.js";
import { parseJson } from "../validation/parse-json.js";
import { pathSchema } from "../validation/path-schema.js";
import type { Study } from "./study.js";

const metrics = z.looseObject({ loss: z.number().nullable(), accuracy: z.number().min(0).max(1) });
const mean = z.number().min(0).nullable().optional();
const evaluationMetrics = metrics.extend({ negativeLogLikelihood: mean, calibrationError: mean });
const seconds = z.number().min(0);
const count = z.number().int().min(0);
const formulaChoice = {
  name: z.string(),
  label: z.string().optional(),
  semantics: z.string(),
  formula: z.string(),
};

const epochRecord = z.looseObject({
  epoch: count,
  learningRate: z.number(),
  train: metrics,
  validation: evaluationMetrics,
  seconds: z.looseObject({ train: seconds, evaluate: seconds }),
});

const stepsProfile = z.looseObject({
  steps: count,
  seconds: z.looseObject({
    layers: z.array(z.looseObject({ name: z.string(), forward: seconds, backward: seconds })),
    batch: seconds,
    loss: seconds,
    waiting: seconds,
    summing: seconds,
    update: seconds,
    rest: seconds,
  }),
});

/** Configs and environments are kept as they are, whatever else they say: a later version may say more. */
const runConfig = z.looseObject({
  dataset: z.string(),
  dataDir: z.string().optional(),
  split: z.looseObject({ train: count, validation: count }),
  model: z.looseObject({ name: z.string().optional(), layers: z.array(z.unknown()) }),
  loss: z.looseObject(formulaChoice),
  optimizer: z.looseObject({ ...formulaChoice, learningRate: z.number() }),
  schedule: z.looseObject({ name: z.string() }),
  epochs: count,
  batchSize: count.min(1),
  gradientAccumulation: count.min(1).optional(),
  seed: z.number(),
  device: z.string(),
  threads: count,
});

/** What a study must hold to be read back or reported. */
export const studySchema = z.looseObject({
  schemaVersion: z.literal(1),
  createdAt: z.string(),
  environment: z.record(z.string(), z.unknown()),
  config: z.looseObject({}),
  runs: z.array(
    z.looseObject({
      config: runConfig,
      status: z.enum(["completed", "diverged", "cancelled"]),
      history: z.array(epochRecord),
      bestEpoch: count.optional(),
      stoppedEarly: z.boolean().optional(),
      test: evaluationMetrics.optional(),
      seconds: z.looseObject({ train: seconds, evaluate: seconds, untimedSteps: seconds, total: seconds }),
      profile: stepsProfile.optional(),
      stepGraph: z.string().optional(),
      parametersSha256: z.looseObject({ initial: z.string(), final: z.string() }),
    }),
  ),
});

/** What makes a study, so that nothing else is written as one. */
const studyOutline = z.looseObject({ schemaVersion: z.literal(1), runs: z.array(z.unknown()) });

/** Of large studies, every epoch of every run has some 15. */
export const MOST_VALUES = 2 ** 27;

/** Writes a study as indented JSON. JSON has no NaN and no infinity: both become null. @throws OptimbenchError (CONFIG, FILE) */
export async function writeStudy(study: Study, path: string): Promise<void> {
  parse(pathSchema, path, "path");
  await writeFileAtomically(path, `${studyText(parse(studyOutline, study, "study", MOST_VALUES))}\n`);
}

function studyText(study: object): string {
  try {
    return JSON.stringify(study, null, 2);
  } catch (cause) {
    throw new OptimbenchError("CONFIG", `The study cannot be written as JSON: ${reasonOf(cause)}.`, {
      cause,
    });
  }
}

/**
 * Reads a study that `writeStudy` wrote.
 *
 * @throws OptimbenchError (FILE) where the file cannot be read, is no JSON or is no study; the message says where
 */
export async function readStudy(path: string): Promise<Study> {
  parse(pathSchema, path, "path");
  const refuse = (problem: string, cause: unknown) =>
    new OptimbenchError("FILE", `${path} is not a readable study: ${problem}`, { cause, path });
  let value: unknown;
  try {
    value = parseJson(await readFile(path));
  } catch (cause) {
    throw refuse(`${fileProblem(cause)}.`, cause);
  }
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (typeof version === "number" && version > 1)
    throw refuse(
      `its schemaVersion ${version} is newer than this version of optimbench supports. Update optimbench.`,
      undefined,
    );
  try {
    return parse(studySchema, value, "study", MOST_VALUES);
  } catch (cause) {
    throw refuse(cause instanceof Error ? cause.message : String(cause), cause);
  }
}
