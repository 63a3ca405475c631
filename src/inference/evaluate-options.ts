import { z } from "zod";
import { type LoadOptions, loadOptionsSchema } from "../data/load-options.js";
import { type SPLITS, splitSchema } from "./evaluation.js";

/** What to evaluate a model with, and how to read it. */
export interface EvaluateOptions extends Omit<LoadOptions, "resize"> {
  /**
   * The part of the dataset: "test", "validation" or "train". Of the dataset that the model was trained on, "validation" and
   * "train" are the images of its run, if the dataset does not supply them. Default: the first of "test", "validation" and "train"
   * that it has.
   */
  readonly split?: (typeof SPLITS)[number] | undefined;
  /** Whether to resize images to the size that the model takes. Default: only if the training images were resized. */
  readonly resize?: boolean | undefined;
}

export const evaluateOptionsSchema = loadOptionsSchema.extend({
  split: splitSchema.optional(),
  resize: z.boolean().optional(),
});
