import { z } from "zod";
import { MEASURES } from "../../../bench/bench-config.js";
import { stepsProfileSchema } from "../../../history/profile.js";
import { environmentSchema } from "../../../study/environment.js";

const text = z.string();
const count = z.int().min(0);
const milliseconds = z.number().min(0);

const spreadSchema = z.object({
  samples: count.describe("number of measurements"),
  median: milliseconds.describe("half of the samples are smaller"),
  lowerQuartile: milliseconds.describe("a quarter of the samples are smaller"),
  upperQuartile: milliseconds.describe("three quarters of the samples are smaller"),
  least: milliseconds.describe("the smallest sample"),
  medianOfRounds: z
    .array(milliseconds)
    .readonly()
    .describe("one per round; if they differ much, other programs disturbed the measurement"),
});

const sessionKeys = {
  optimizer: text.describe("label of the optimizer"),
  threads: count.describe("number of CPU threads"),
};

export const benchRecordSchema = z
  .object({
    schemaVersion: z.literal(1),
    kind: z.literal("bench"),
    createdAt: text.describe("when measuring began, in ISO 8601"),
    environment: environmentSchema.describe("versions, system and processor"),
    loadBefore: z
      .number()
      .min(0)
      .describe("mean number of processes that ran or waited in the minute before measuring began"),
    settings: z
      .looseObject({ measure: z.array(z.enum(MEASURES)).readonly().describe("what was timed") })
      .describe("the config with every default filled in"),
    status: z
      .enum(["completed", "cancelled"])
      .describe("cancelled: an interruption ended measuring, and the results are those measured before"),
    results: z
      .array(
        z.object({
          measure: z.enum(MEASURES).describe("what was timed"),
          ...sessionKeys,
          images: count.optional().describe("images per batch or per evaluation; absent for an update"),
          milliseconds: spreadSchema
            .nullable()
            .describe("per step, update, pass or evaluation; null if training diverged while it was timed"),
        }),
      )
      .readonly()
      .describe("one row per measure, optimizer, number of threads and batch size"),
    profiles: z
      .array(stepsProfileSchema.extend({ ...sessionKeys, images: count.describe("images per batch") }))
      .readonly()
      .optional()
      .describe("where the time of a step goes, from --profile"),
  })
  .describe("measurements of this machine");
