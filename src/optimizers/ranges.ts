import { z } from "zod";

/** Hyperparameters of several optimizers, with their ranges. */
export const learningRate = z.number().gt(0).describe("factor by which the update is multiplied");
export const decay = z.number().min(0).lt(1);
export const epsilon = z.number().min(0).max(1).describe("constant added to the divisor");
