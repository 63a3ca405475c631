import { z } from "zod";

/** 0.2 points of accuracy. */
export const DEFAULT_MARGIN = 0.002;

export const marginSchema = z
  .number()
  .gt(0)
  .lt(1)
  .describe(
    "difference in accuracy below which two arms count as equal, as a share: 0.002 is 0.2 points. Choose it before the study runs.",
  );
