import { z } from "zod";
import { DEFAULT_OPTIMIZERS, MOST_CHOICES } from "../config/compare-config.js";
import { threadsSchema } from "../config/threads.js";
import { seedSchema, sharedShape, trainConfigSchema } from "../config/train-config.js";
import { optimizerSchema } from "../optimizers/optimizers.js";
import type { BenchConfig } from "./bench-config.generated.js";

/** The measurements, in the order of the table. */
export const MEASURES = ["step", "update", "forward", "backward", "evaluation"] as const;
/**
 * What is timed: a whole training step, the optimizer's update alone, a forward pass, a forward and backward pass, or the
 * evaluation of a set of images.
 */
export type Measure = (typeof MEASURES)[number];

/** The most images in memory. Batches and evaluations use these images. */
export const MOST_IMAGES = 8192;

const images = z.int().min(1).max(MOST_IMAGES);

export const benchConfigSchema = z
  .strictObject({
    $schema: sharedShape.$schema,
    measure: z
      .array(z.enum(MEASURES))
      .min(1)
      .max(MEASURES.length)
      .readonly()
      .default(MEASURES)
      .describe("what to measure"),
    optimizers: z
      .array(optimizerSchema)
      .min(1)
      .max(MOST_CHOICES)
      .readonly()
      .default(DEFAULT_OPTIMIZERS)
      .describe("the optimizers whose step and update to time. All else is timed with the first."),
    batchSizes: z
      .array(images)
      .min(1)
      .max(MOST_CHOICES)
      .readonly()
      .default([32, 256])
      .describe("images per step"),
    threads: z
      .array(threadsSchema)
      .min(1)
      .max(MOST_CHOICES)
      .readonly()
      .optional()
      .describe("CPU threads (default: the cores available to this process)"),
    evaluationImages: images.default(1000).describe("images per evaluation"),
    model: sharedShape.model,
    loss: trainConfigSchema.unwrap().shape.loss,
    semantics: sharedShape.semantics,
    device: sharedShape.device,
    seed: seedSchema.default(0).describe("seed of the initial weights"),
    seconds: z.number().positive().max(3600).default(1).describe("total seconds per measurement"),
    rounds: z
      .int()
      .min(1)
      .max(1000)
      .default(5)
      .describe(
        "rounds over which the measurements are interleaved, so that disturbances affect all of them alike",
      ),
    profile: z.boolean().optional().describe("show how the time of a step is spent. Default: false."),
  })
  .readonly()
  .describe("what to measure, and how; every key has a default");

export type { BenchConfig };
export type ParsedBenchConfig = z.output<typeof benchConfigSchema>;
