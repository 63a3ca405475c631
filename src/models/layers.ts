import { z } from "zod";
import { ACTIVATIONS, type Activation } from "./native-layer.js";

/** One number for both directions, or [height, width]. The bound only keeps absurd sizes from native code. */
const pixels = z.int().min(1).max(1024);
const size = z.union([pixels, z.tuple([pixels, pixels]).readonly()]);
const count = z.int().min(1).max(65_536);
const border = z.int().min(0).max(1024);
const padding = z.enum(["valid", "same"]).default("valid");
const activation: z.ZodType<Activation, Activation> = z.enum(ACTIVATIONS, {
  error: ({ input }) =>
    input === "softmax"
      ? 'Remove the "softmax" from `{path}`: a model must output logits, because the loss applies softmax itself.'
      : undefined,
});
/** Share of values set to zero while training, 0 up to but not including 1; the others are scaled by 1 / (1 - rate). */
const rate = z.number().min(0).lt(1);
/** Added to the variance. Default 1e-3 (Keras) or 1e-5 (pytorch). */
const epsilon = z.number().positive().optional();
const flag = z.boolean().default(true);

/** What convolutions have in common. */
const convolution = {
  /** Height and width of the window, in pixels. */
  kernelSize: size,
  /** Step of the window, in pixels. Default 1. */
  strides: size.default(1),
  /** "valid" (default) uses whole windows only; "same" gives ceil(input / strides), padded with zeros as TensorFlow does. */
  padding,
  /** Distance between the pixels of a window. Default 1. */
  dilationRate: size.default(1),
  activation: activation.optional(),
  /** Default true. */
  useBias: flag,
};

/** What normalisations have in common. */
const normalisation = {
  epsilon,
  /** Whether to add a learned offset. Default true. */
  center: flag,
  /** Whether to multiply by a learned factor. Default true. */
  scale: flag,
};

const plainLayers = [
  z.strictObject({
    type: z.literal("conv2d"),
    /** Output channels. */
    filters: count,
    ...convolution,
    /** Parts into which input channels and filters are cut; each part of the filters sees its part of the channels. Default 1. */
    groups: count.default(1),
  }),
  /** Filters each channel by itself. */
  z.strictObject({
    type: z.literal("depthwiseConv2d"),
    ...convolution,
    /** Filters for each input channel. Default 1. */
    depthMultiplier: count.default(1),
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
  /** The maximum or the mean of each channel. */
  z.strictObject({ type: z.literal(["globalMaxPool2d", "globalAveragePool2d"]) }),
  z.strictObject({
    type: z.literal("batchNorm2d"),
    /** Share of the old running mean that a step keeps. Default .99 (Keras) or .9 (pytorch, which calls it 0.1). */
    momentum: z.number().min(0).max(1).optional(),
    ...normalisation,
  }),
  /** Over the channels of each pixel. */
  z.strictObject({ type: z.literal("layerNorm"), ...normalisation }),
  z.strictObject({
    type: z.literal("groupNorm"),
    /** Parts of the channels, each normalised over all its pixels; -1 makes each channel one. Default 32. */
    groups: z.union([count, z.literal(-1)]).default(32),
    ...normalisation,
  }),
  z.strictObject({ type: z.literal("dropout"), rate }),
  /** Dropout of whole channels. */
  z.strictObject({ type: z.literal("spatialDropout2d"), rate }),
  z.strictObject({
    type: z.literal("zeroPadding2d"),
    /** Rows above and below, and columns left and right: one number, [height, width] or [[top, bottom], [left, right]]. Default 1. */
    padding: z
      .union([
        border,
        z.tuple([border, border]).readonly(),
        z.tuple([z.tuple([border, border]).readonly(), z.tuple([border, border]).readonly()]).readonly(),
      ])
      .default(1),
  }),
  z.strictObject({ type: z.literal("flatten") }),
  z.strictObject({
    type: z.literal("dense"),
    /** Outputs. */
    units: count,
    activation: activation.optional(),
    /** Default true. */
    useBias: flag,
  }),
  z
    .strictObject({
      type: z.literal("activation"),
      activation,
      /** leakyRelu: slope of the negative side. Default 0.2 (Keras' activation; its layer LeakyReLU has 0.3) or 0.01 (pytorch). */
      negativeSlope: z.number().min(0).optional(),
    })
    .refine((layer) => layer.negativeSlope === undefined || layer.activation === "leakyRelu", {
      path: ["negativeSlope"],
      error: "`{path}` applies only to leakyRelu. Remove it.",
    }),
] as const;

type PlainLayer = (typeof plainLayers)[number];
type LayerList = z.ZodType<readonly ParsedLayer[], readonly Layer[]>;

/** Adds what `layers` give to what `shortcut` gives for the same input; both must have the same shape. */
const residual = z.strictObject({
  type: z.literal("residual"),
  get layers(): LayerList {
    return layerListSchema;
  },
  /** Default: the input itself. */
  get shortcut(): z.ZodOptional<LayerList> {
    return layerListSchema.optional();
  },
  /** Of the sum. */
  activation: activation.optional(),
});

/** The object schemas of all layers. */
export const LAYER_SCHEMAS = [...plainLayers, residual] as const;

/** The layers a model may have, with Keras' parameters and, where semantics do not differ, their defaults. */
export const layerSchema: z.ZodType<ParsedLayer, Layer> = z
  .discriminatedUnion("type", LAYER_SCHEMAS)
  .readonly();

/** Layers in a row. */
export const layerListSchema: LayerList = z.array(layerSchema).min(1).max(1000).readonly();

interface Residual<Inner> {
  readonly type: "residual";
  readonly layers: readonly Inner[];
  readonly shortcut?: readonly Inner[] | undefined;
  readonly activation?: Activation | undefined;
}

/** A layer as a user writes it. */
export type Layer = Readonly<z.input<PlainLayer>> | Residual<Layer>;

export type ParsedLayer = Readonly<z.output<PlainLayer>> | Residual<ParsedLayer>;

type Filled<Kind extends ParsedLayer, Key extends keyof Kind> = Kind extends unknown
  ? Omit<Kind, Key> & { readonly [K in Key]-?: Exclude<Kind[K], undefined> }
  : never;
type Of<Type> = Extract<z.output<PlainLayer>, { type: Type }>;
type Norm = "batchNorm2d" | "layerNorm" | "groupNorm";

/** A layer that has no layers within, every default filled in. */
export type ResolvedPlainLayer =
  | Exclude<z.output<PlainLayer>, { type: Norm }>
  | Filled<Of<"batchNorm2d">, "momentum" | "epsilon">
  | Filled<Of<"layerNorm">, "epsilon">
  | Filled<Of<"groupNorm">, "epsilon">;

export type ResolvedResidual = Residual<ResolvedLayer>;

/** A layer with every default filled in; a valid `Layer` again. */
export type ResolvedLayer = ResolvedPlainLayer | ResolvedResidual;
