import { z } from "zod";
import { describe } from "../validation/describe.js";
import { isKept } from "../validation/plain-data.js";
import type { Dataset } from "./dataset.js";

/** The schema of a dataset that was loaded before. */
export const loadedDatasetSchema = z.custom<Dataset>(isKept, {
  error: ({ input }) => `Expected a dataset of loadDataset for \`{path}\`, got ${describe(input)}.`,
});
