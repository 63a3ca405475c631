import { z } from "zod";
import { environmentSchema } from "../../../study/environment.js";

const text = z.string();

export const libtorchSchema = z
  .object({
    version: text.describe("such as 2.15.0+cpu"),
    root: text.describe("the folder that contains lib/ and include/"),
    rule: text.describe("how it was found"),
  })
  .describe("the libtorch that training uses");

export const bundleSchema = z
  .object({
    folder: text.describe("path of the folder"),
    libtorch: text.describe("version of its libtorch, such as 2.15.0+cpu"),
    files: z.number().describe("number of files, without the manifest"),
    bytes: z.number().describe("their size"),
  })
  .describe("a folder that sets up a machine without a network");

export const diagnosisSchema = z
  .object({
    canTrain: z.boolean().describe("whether nothing prevents training"),
    environment: environmentSchema.describe("versions, system and processor"),
    libtorch: libtorchSchema.nullable().describe("the libtorch that training uses; null if there is none"),
    native: z
      .object({
        addon: text.describe("path of the addon that Node.js loads"),
        core: text.describe("path of the library that links libtorch"),
        cudaGraphs: text
          .optional()
          .describe("path of the library that records steps on CUDA; absent if it was not compiled"),
        builtFor: text.describe("version of libtorch that the core was compiled for, such as 2.15.0"),
      })
      .nullable()
      .describe("native code; null if there is none for this system"),
    whyNoCuda: text.nullable().describe("why there is no CUDA device; null if there is one"),
    whyNoGraphs: text
      .nullable()
      .describe("why steps on a GPU are not recorded as graphs; null if nothing is known to prevent it"),
    whyNoKernels: text
      .nullable()
      .describe(
        "why libtorch's operators compute on a GPU instead of compiled kernels; null if kernels do, or without a GPU",
      ),
    cache: text.describe("the per-user folder of downloads"),
    mnist: text.nullable().describe("the folder of the full MNIST; null if it is not on this disk"),
    problems: z.array(text).readonly().describe("what prevents training, each with its fix"),
    notes: z.array(text).readonly().describe("findings that prevent nothing"),
  })
  .describe("what training needs and what was found");
