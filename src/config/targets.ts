import { z } from "zod";

const MOST_TARGETS = 8;

export const targetsSchema = z
  .array(z.number().gt(0).max(1))
  .min(1)
  .max(MOST_TARGETS)
  .readonly()
  .refine((targets) => new Set(targets).size === targets.length, {
    error: "`{path}` contains a target twice. Give each once.",
  })
  .describe(
    "validation accuracies, as shares such as 0.98, to measure the time to: training seconds, steps and epochs up to the first evaluation at or above each. No run depends on them. Default: none.",
  );
