import { z } from "zod";
import type { SearchRange } from "../catalogue/search-range.js";

/** Hyperparameters of several optimizers, with their ranges. */
export const learningRate = z.number().gt(0).describe("factor by which the update is multiplied");
export const decay = z.number().min(0).lt(1);
export const epsilon = z.number().min(0).max(1).describe("constant added to the divisor");

/** What tuning searches for a momentum: from none to 0.99. */
export const MOMENTUM_SPACE: SearchRange = { from: 0, to: 0.99, scale: "decay" };
/** What tuning searches for the decay of a mean squared gradient. */
export const SQUARE_SPACE: SearchRange = { from: 0.9, to: 0.999, scale: "decay" };
/**
 * What tuning searches for a constant added to the divisor: from negligible to one that hides the divisor, so that methods without
 * divisor are special cases (Choi et al. 2019, arXiv:1910.05446).
 */
export const EPSILON_SPACE: SearchRange = { from: 1e-8, to: 0.1, scale: "log" };
