import { z } from "zod";
import { resolvedCompareConfigSchema } from "../config/resolved-config.js";
import { runRecordSchema } from "../training/run-record.js";
import { environmentSchema } from "./environment.js";
import { machineSchema } from "./machines.js";
import type { FailedRun, Study } from "./study.generated.js";

export type { FailedRun, Study };

/** A run that an executor gave up. */
export const failedRunSchema = z
  .object({
    key: z.string().describe("key of its cell"),
    label: z.string().describe("what distinguishes the run from the study's other runs"),
    seed: z.int().describe("its seed"),
    reason: z.string().describe("why it failed"),
  })
  .describe("a run that failed on the workers of a queue, and is missing in the study");

/** What study.json holds; keys that a later version adds are kept. */
export const studySchema = z
  .object({
    schemaVersion: z.literal(1).describe("version of this format"),
    createdAt: z.string().describe("when the study began, in ISO 8601"),
    environment: environmentSchema.describe("where the study ran; with `machines`, where it was started"),
    config: resolvedCompareConfigSchema.describe("what was compared, with every default filled in"),
    datasets: z
      .record(z.string(), z.string())
      .optional()
      .describe("SHA-256 of the content of each dataset, by its name and how it was read"),
    runs: z
      .array(runRecordSchema)
      .readonly()
      .describe("finished runs, in the order of the plan: by seed, then by arm"),
    machines: z
      .array(machineSchema)
      .readonly()
      .optional()
      .describe(
        "machines that trained the runs, in the order of their first finished run; absent if there was only one. Times are comparable only within one machine.",
      ),
    failed: z
      .array(failedRunSchema)
      .readonly()
      .optional()
      .describe(
        "runs that failed permanently on the workers of a queue; absent if none did. The same command runs them again.",
      ),
  })
  .describe("a set of runs that differ in named factors: plain data, as study.json holds it");

/** Whether runs were trained in parallel, so that their times are not comparable. */
export const ranInParallel = ({ config }: Study): boolean => config.execution === "parallel";

/** Whether the arms of a study are the trials of a tuned one. */
export const isTrialStudy = ({ config: { question, tuning } }: Study): boolean =>
  tuning !== undefined && question === undefined;

/** Runs that were asked for. If seeds are added in rounds, those of the rounds that began. */
export function plannedRuns({ config, runs }: Study): number {
  const { arms, optimizers = [], losses = [], seeds, seedsPerRound: perRound } = config;
  const begun = new Set(runs.map((run) => run.config.seed)).size;
  const asked = perRound === undefined ? seeds.length : Math.ceil(begun / perRound) * perRound;
  return (arms?.length ?? optimizers.length * losses.length) * asked;
}

/** Whether a study has measurements. One without an epoch does not replace another. */
export const isWorthKeeping = ({ runs }: Study): boolean => runs.some(({ history }) => history.length > 0);
