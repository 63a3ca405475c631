import { z } from "zod";

/** Hyperparameters' ranges that several optimizers share. */
export const decay = z.number().min(0).lt(1);
export const epsilon = z.number().min(0).max(1);
export const learningRate = z.number().min(0);
