import { z } from "zod";
import { parse } from "../../validation/parse.js";
import { pathSchema } from "../../validation/path-schema.js";
import type { CheckpointOptions } from "./checkpoint-options.generated.js";

export const checkpointSchema = z
  .strictObject({
    path: pathSchema.describe("file to write checkpoints to, such as run.safetensors"),
    everyEpochs: z
      .int()
      .min(1)
      .optional()
      .describe("epochs between two checkpoints (default: 1, or none if minutes are given)"),
    everyMinutes: z
      .number()
      .gt(0)
      .max(10_080)
      .optional()
      .describe("minutes between two checkpoints, which may be in the middle of an epoch. Default: none."),
    resume: z
      .boolean()
      .optional()
      .describe(
        "resume the run from the file. Without a file, the run starts from the beginning. Default: false.",
      ),
    overwrite: z
      .boolean()
      .optional()
      .describe("replace a file that exists, unless `resume` is set. Default: false; it is an error."),
  })
  .readonly()
  .describe("where and when to write checkpoints, from which a run that ended early is resumed");

/** Valid {@link CheckpointOptions}, or those of a run of a study. */
export type CheckpointSettings = z.output<typeof checkpointSchema> & {
  /** Whether the study keeps the file only as long as the run needs it. Nothing about the file then ends the run. */
  readonly isTemporary?: boolean;
};

export const checkpointKeySchema = z.object({ checkpoint: checkpointSchema });

/** Checks the key `checkpoint` of a config. @throws OptimbenchError (CONFIG) */
export const parseCheckpointOptions = (checkpoint: CheckpointOptions): CheckpointSettings =>
  parse(checkpointKeySchema, { checkpoint }, "train config").checkpoint;
