import { z } from "zod";
import type { Semantics } from "../catalogue/semantics.js";
import { parse } from "../validation/parse.js";
import { type Layer, layerListSchema, type ParsedLayer, type ResolvedLayer } from "./layers.js";
import { lenet5 } from "./lenet-5.js";
import { mlp } from "./mlp.js";
import { mnist99 } from "./mnist-99.js";
import type { Model } from "./model-config.generated.js";
import { paperCnn } from "./paper-cnn.js";
import { resolveLayer } from "./resolve-layer.js";

/** The model presets. */
export const MODELS = {
  "paper-cnn": paperCnn,
  mlp,
  "lenet-5": lenet5,
  "mnist-99": mnist99,
} as const satisfies Record<string, (classes: number) => Layer[]>;

export type ModelName = keyof typeof MODELS;
export const MODEL_NAMES = Object.keys(MODELS) as ModelName[];

/** The deepest nesting of layers. More is a mistake, such as a block that contains itself. */
const DEEPEST = 32;

const isDeeperThan = (most: number, layers: readonly ParsedLayer[] = []): boolean =>
  most === 0 ||
  layers.some(
    (layer) =>
      layer.type === "residual" &&
      (isDeeperThan(most - 1, layer.layers) || isDeeperThan(most - 1, layer.shortcut)),
  );

export const customModelSchema = z
  .strictObject({
    name: z.string().min(1).optional().describe("its name in results; by default none"),
    layers: layerListSchema
      .describe("layers from the image to the logits")
      .refine((layers) => !isDeeperThan(DEEPEST, layers), {
        error: `The layers of \`{path}\` are nested more than ${DEEPEST} deep, or contain themselves.`,
      }),
  })
  .describe("a custom model");

export const modelSchema = z
  .union([z.enum(MODEL_NAMES), customModelSchema])
  .readonly()
  .describe("the name of a model, or a custom one");

export type { Model };

/** A model with every default filled in. A valid {@link Model} again. */
export interface ResolvedModel {
  /** Its name in results; absent if it has none. */
  readonly name?: string;
  /** Layers from the image to the logits. */
  readonly layers: readonly ResolvedLayer[];
}

/** Fills in all defaults of a model. */
export function resolveModel(
  input: Model,
  { classes, semantics }: { readonly classes: number; readonly semantics: Semantics },
): ResolvedModel {
  const model = typeof input === "string" ? { name: input, layers: MODELS[input](classes) } : input;
  const { layers, name } = parse(customModelSchema, model, "model");
  return {
    ...(name === undefined ? {} : { name }),
    layers: layers.map((layer) => resolveLayer(layer, semantics)),
  };
}
