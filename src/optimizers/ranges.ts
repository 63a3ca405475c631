import { z } from "zod";

/** Hyperparameters that several optimizers share, with their ranges. */
export const learningRate = z.number().gt(0).describe("size of a step, in units of the update");
export const decay = z.number().min(0).lt(1);
export const epsilon = z.number().min(0).max(1).describe("added to the divisor");
