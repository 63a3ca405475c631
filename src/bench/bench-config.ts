import { z } from "zod";
import { DEFAULT_OPTIMIZERS, MOST_CHOICES } from "../config/compare-config.js";
import { threadsSchema } from "../config/threads.js";
import { seedSchema, sharedShape, trainConfigSchema } from "../config/train-config.js";
import { OPTIMIZER_NAMES, optimizerSchema } from "../optimizers/optimizers.js";

/** What can be measured, in the order of the table. */
export const MEASURES = ["step", "update", "forward", "backward", "evaluation"] as const;
export type Measure = (typeof MEASURES)[number];

/** Images in memory, from which batches and evaluations are taken. */
export const MOST_IMAGES = 8192;

const images = z.int().min(1).max(MOST_IMAGES);

export const benchConfigSchema = z
  .strictObject({
    /** What to measure. Default: everything. */
    measure: z
      .array(z.enum(MEASURES))
      .min(1)
      .max(MEASURES.length)
      .readonly()
      .default(MEASURES)
      .describe("what to measure"),
    /** Whose step and update to time. Default: the paper's four. All else is timed with the first. */
    optimizers: z
      .array(optimizerSchema)
      .min(1)
      .max(MOST_CHOICES)
      .readonly()
      .default(DEFAULT_OPTIMIZERS)
      .describe(`the optimizers: ${OPTIMIZER_NAMES.join(", ")}; or all`),
    /** Images a step. Default 32 and 256. */
    batchSizes: z
      .array(images)
      .min(1)
      .max(MOST_CHOICES)
      .readonly()
      .default([32, 256])
      .describe("images per step"),
    /** CPU threads. Default: the cores this process may use. */
    threads: z
      .array(threadsSchema)
      .min(1)
      .max(MOST_CHOICES)
      .readonly()
      .optional()
      .describe("CPU threads (default: the cores available to this process)"),
    /** Images an evaluation measures. Default 1,000. */
    evaluationImages: images.default(1000).describe("images per evaluation"),
    model: sharedShape.model,
    loss: trainConfigSchema.unwrap().shape.loss,
    semantics: sharedShape.semantics,
    device: sharedShape.device,
    /** Determines the initial weights. Default 0. */
    seed: seedSchema.default(0).describe("seed of the initial weights"),
    /** Seconds that each measurement takes in all, warm-up apart. Default 1. */
    seconds: z.number().positive().max(3600).default(1).describe("total seconds per measurement"),
    /** Rounds in which the measurements take turns, so that what else the machine does hits all of them alike. Default 5. */
    rounds: z
      .int()
      .min(1)
      .max(1000)
      .default(5)
      .describe("rounds over which the measurements are interleaved"),
    /** Whether to show how the time of a step is spent. Default false. */
    profile: z.boolean().optional().describe("show how the time of a step is spent"),
  })
  .readonly();

/** What to measure, and how. Everything has a default. */
export interface BenchConfig extends z.input<typeof benchConfigSchema> {}
export type ParsedBenchConfig = z.output<typeof benchConfigSchema>;
