import { z } from "zod";

/** What a sample's loss is multiplied by, for each class; an empty list for 1 each. */
export const classWeights = z
  .array(z.number().min(0))
  .readonly()
  .describe("what a sample's loss is multiplied by, one number a class; none for 1 each");
