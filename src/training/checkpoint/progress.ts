import { z } from "zod";
import { epochRecordSchema } from "../../history/epoch-record.js";

const count = z.int().min(0);
const seconds = z.number().min(0);

/** What a pass over the training images did before it was interrupted. */
const doneSchema = z.object({
  updates: z.int().min(1),
  /** Sums over the images. */
  loss: z.number(),
  correct: count,
  seconds,
});
export type Done = z.output<typeof doneSchema>;

const loopShape = {
  /** The epochs that ended. */
  history: z.array(epochRecordSchema),
  /** The part of the next epoch that was trained, if any. */
  pass: doneSchema.optional(),
  stepGraph: z.string().optional(),
};
const loopSchema = z.object(loopShape);

/** How far the epoch loop is. Schedules and early stopping follow from the history; random numbers follow from seed and epoch. */
export type LoopProgress = Readonly<z.output<typeof loopSchema>>;

export const progressSchema = z.object({
  ...loopShape,
  startedAt: z.string(),
  resumedAt: z.array(z.string()),
  seconds: z.object({ untimedSteps: seconds, total: seconds }),
});

/** How far a run is. */
export type Progress = Readonly<z.output<typeof progressSchema>>;
