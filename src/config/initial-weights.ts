import { z } from "zod";
import { layerNamesSchema } from "../models/layer-names.js";
import type { HasTensors, NamedTensor } from "../safetensors/named-tensor.js";
import { describe } from "../validation/describe.js";
import { pathSchema } from "../validation/path-schema.js";
import { isKept } from "../validation/plain-data.js";
import type { ResolvedInitialWeights } from "./resolved-config.generated.js";

const isModel = (value: unknown): value is HasTensors => isKept(value) && "parameters" in (value as object);

/** Tensors in memory; `loadWeights` checks their content. */
const inMemory = z
  .custom<HasTensors | readonly NamedTensor[]>((value) => Array.isArray(value) || isModel(value), {
    error: ({ input }) =>
      `Expected a .safetensors file, a trained model, the tensors of \`parameters()\`, or { from, except } for \`{path}\`, got ${describe(input)}.`,
  })
  .meta({ tsType: "HasTensors | readonly NamedTensor[]" });

const from = z.union([pathSchema, inMemory]);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, {
  error: "Expected the 64 hexadecimal digits of a SHA-256 for `{path}`.",
});

const details = {
  except: layerNamesSchema
    .optional()
    .describe(
      'layers that start anew, such as ["dense_2"] to train on other classes: their tensors are not loaded. Default: none.',
    ),
  names: z
    .record(z.string().max(1000), z.string().max(1000))
    .optional()
    .describe(
      'what the weights call a layer: { conv2d_0: "features.0" }. Default: the same name, or a number as in PyTorch\'s nn.Sequential.',
    ),
};

export const initialWeightsConfigSchema = z
  .strictObject({
    from: from.describe("a .safetensors file, a trained model, or the tensors of `parameters()`"),
    sha256: sha256
      .optional()
      .describe(
        "checksum of the weights, as results contain it. The run is rejected if they have another one. Default: any.",
      ),
    ...details,
  })
  .readonly()
  .describe("weights to start from, which of them, and what they are called");

export const initialWeightsSchema = z.union([from, initialWeightsConfigSchema]);

export type InitialWeights = z.output<typeof initialWeightsSchema>;

/** The same with the short form written out. */
export const wholeInitialWeights = (given: InitialWeights): z.output<typeof initialWeightsConfigSchema> =>
  typeof given === "object" && !Array.isArray(given) && !isModel(given)
    ? (given as z.output<typeof initialWeightsConfigSchema>)
    : { from: given as z.output<typeof from> };

/** What stands for tensors that a program passed. */
export const WEIGHTS_IN_MEMORY = "in-memory";

/** Where weights are, for messages. */
export const weightsPlace = (from: string): string =>
  from === WEIGHTS_IN_MEMORY ? "the model or the tensors of `initialWeights`" : from;

export const resolvedWeightsSchema = z
  .object({
    from: z
      .string()
      .describe(`their file; "${WEIGHTS_IN_MEMORY}" for a model or tensors that a program passed`),
    sha256: sha256.describe("SHA-256 of their names, shapes and numbers"),
    ...details,
  })
  .describe("weights that training started from");

/** Loaded weights to start from. */
export interface Weights {
  readonly config: ResolvedInitialWeights;
  /** In PyTorch's layout. */
  readonly tensors: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    /** Such as "F32". */
    readonly type: string;
  }[];
  /** @throws OptimbenchError (FILE) by rejection if they have changed since */
  open(): Promise<OpenWeights>;
}

export interface OpenWeights {
  /** The numbers of a float32 tensor, in parts. Each part may overwrite the previous one. */
  values(name: string): AsyncIterable<Float32Array>;
  close(): Promise<void>;
}
