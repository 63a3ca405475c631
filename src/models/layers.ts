import { z } from "zod";
import type { Semantics } from "../config/semantics.js";
import { ACTIVATIONS, type Activation } from "./native-layer.js";

/** One number for both directions, or [height, width]. The bound only keeps absurd sizes from native code. */
const pixels = z.int().min(1).max(1024);
const size = z.union([pixels, z.tuple([pixels, pixels]).readonly()]);
const count = z.int().min(1).max(65_536);
const padding = z.enum(["valid", "same"]).default("valid");
const activation: z.ZodType<Activation, Activation> = z.enum(ACTIVATIONS, {
  error: ({ input }) =>
    input === "softmax"
      ? 'Leave out the "softmax" of `{path}`: a model ends in logits, and the loss applies softmax itself.'
      : undefined,
});

/** The layers a model may have, with Keras' parameters and, where semantics do not differ, their defaults. */
export const layerSchema = z
  .discriminatedUnion("type", [
    z.strictObject({
      type: z.literal("conv2d"),
      /** Output channels. */
      filters: count,
      /** Height and width of the window, in pixels. */
      kernelSize: size,
      /** Step of the window, in pixels. Default 1. */
      strides: size.default(1),
      /** "valid" (default) uses whole windows only; "same" gives ceil(input / strides), padded with zeros as TensorFlow does. */
      padding,
      activation: activation.optional(),
      /** Default true. */
      useBias: z.boolean().default(true),
    }),
    z
      .strictObject({
        type: z.literal(["maxPool2d", "averagePool2d"]),
        /** Height and width of the window, in pixels. Default 2. */
        poolSize: size.default(2),
        /** Step of the window, in pixels. Default: poolSize. */
        strides: size.optional(),
        /** "valid" (default) leaves out what does not fill a window; "same" keeps it, and what is padded never counts. */
        padding,
      })
      .transform((layer) => ({ ...layer, strides: layer.strides ?? layer.poolSize })),
    z.strictObject({
      type: z.literal("batchNorm2d"),
      /** Share of the old running mean that a step keeps. Default .99 (Keras) or .9 (pytorch, which calls it 0.1). */
      momentum: z.number().min(0).max(1).optional(),
      /** Added to the variance. Default 1e-3 (Keras) or 1e-5 (pytorch). */
      epsilon: z.number().positive().optional(),
      /** Whether to add a learned offset. Default true. */
      center: z.boolean().default(true),
      /** Whether to multiply by a learned factor. Default true. */
      scale: z.boolean().default(true),
    }),
    z.strictObject({
      type: z.literal("dropout"),
      /** Share of values set to zero while training, 0 up to but not including 1; the others are scaled by 1 / (1 - rate). */
      rate: z.number().min(0).lt(1),
    }),
    z.strictObject({ type: z.literal("flatten") }),
    z.strictObject({
      type: z.literal("dense"),
      /** Outputs. */
      units: count,
      activation: activation.optional(),
      /** Default true. */
      useBias: z.boolean().default(true),
    }),
    z.strictObject({ type: z.literal("activation"), activation }),
  ])
  .readonly();

/** A layer as a user writes it. */
export type Layer = z.input<typeof layerSchema>;

type Parsed = z.output<typeof layerSchema>;
type BatchNorm = Extract<Parsed, { type: "batchNorm2d" }>;

/** A layer with every default filled in; a valid `Layer` again. */
export type ResolvedLayer =
  | Exclude<Parsed, BatchNorm>
  | (BatchNorm & { readonly momentum: number; readonly epsilon: number });

const BATCH_NORM_DEFAULTS = {
  keras3: { momentum: 0.99, epsilon: 1e-3 },
  keras2: { momentum: 0.99, epsilon: 1e-3 },
  pytorch: { momentum: 0.9, epsilon: 1e-5 },
} as const satisfies Record<Semantics, object>;

/** Fills in the defaults on which Keras and PyTorch differ. */
export function resolveLayer(layer: Parsed, semantics: Semantics): ResolvedLayer {
  if (layer.type !== "batchNorm2d") return layer;
  const { momentum, epsilon } = BATCH_NORM_DEFAULTS[semantics];
  return { ...layer, momentum: layer.momentum ?? momentum, epsilon: layer.epsilon ?? epsilon };
}
