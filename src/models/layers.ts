import { z } from "zod";
import type { Layer } from "./model-config.generated.js";
import { ACTIVATIONS, type Activation } from "./native-layer.js";

/** One number for both directions, or [height, width]. The bound only excludes absurd sizes. */
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
const rate = z
  .number()
  .min(0)
  .lt(1)
  .describe("fraction of the values set to zero in training; the others are scaled by 1 / (1 - rate)");
const epsilon = z
  .number()
  .positive()
  .optional()
  .describe("added to the variance; by default 1e-3 (Keras) or 1e-5 (PyTorch)");
const flag = z.boolean().default(true);
const useBias = flag.describe("whether to add a learned bias per output channel");
const activationOfOutput = activation.optional().describe("activation of the output; by default none");
const layer = <Name extends string, Shape extends z.ZodRawShape>(name: Name, shape: Shape) =>
  z.strictObject({ type: z.literal(name), ...shape });

/** The common parameters of convolutions. */
const convolution = {
  kernelSize: size.describe("height and width of the window, in pixels"),
  strides: size.default(1).describe("stride of the window, in pixels"),
  padding: padding.describe(
    'what to do at the border. "valid" uses whole windows only; "same" gives ceil(input / strides), padded with zeros as TensorFlow does.',
  ),
  dilationRate: size.default(1).describe("distance between the pixels of a window"),
  activation: activationOfOutput,
  useBias,
};

/** The common parameters of normalisations. */
const normalisation = {
  epsilon,
  center: flag.describe("whether to add a learned offset"),
  scale: flag.describe("whether to multiply by a learned factor"),
};

const plainLayers = [
  layer("conv2d", {
    filters: count.describe("output channels"),
    ...convolution,
    groups: count
      .default(1)
      .describe(
        "number of groups that channels and filters are divided into; each group of filters reads its group of channels",
      ),
  }).describe("2D convolution"),
  layer("depthwiseConv2d", {
    ...convolution,
    depthMultiplier: count.default(1).describe("filters per input channel"),
  }).describe("depthwise 2D convolution: filters each channel by itself"),
  z
    .strictObject({
      type: z.literal(["maxPool2d", "averagePool2d"]),
      poolSize: size.default(2).describe("height and width of the window, in pixels"),
      strides: size.optional().describe("stride of the window, in pixels; by default poolSize"),
      padding: padding.describe(
        'what to do at the border. "valid" omits what does not fill a window; "same" keeps it, and padding never counts.',
      ),
    })
    .describe("pooling: the maximum or the mean of each window")
    .transform((layer) => ({ ...layer, strides: layer.strides ?? layer.poolSize })),
  z
    .strictObject({ type: z.literal(["globalMaxPool2d", "globalAveragePool2d"]) })
    .describe("global pooling: the maximum or the mean of each channel"),
  layer("batchNorm2d", {
    momentum: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe(
        "fraction of the old running mean that a step keeps; by default 0.99 (Keras) or 0.9 (PyTorch, which calls it 0.1)",
      ),
    ...normalisation,
  }).describe("batch normalisation of each channel"),
  layer("layerNorm", normalisation).describe("layer normalisation over the channels of each pixel"),
  layer("groupNorm", {
    groups: z
      .union([count, z.literal(-1)])
      .default(32)
      .describe(
        "number of groups of channels, each normalised over all its pixels; -1 makes each channel a group",
      ),
    ...normalisation,
  }).describe("group normalisation"),
  layer("dropout", { rate }).describe("dropout of single values"),
  layer("spatialDropout2d", { rate }).describe("dropout of whole channels"),
  layer("zeroPadding2d", {
    padding: z
      .union([
        border,
        z.tuple([border, border]).readonly(),
        z.tuple([z.tuple([border, border]).readonly(), z.tuple([border, border]).readonly()]).readonly(),
      ])
      .default(1)
      .describe(
        "rows above and below, and columns left and right: one number, [height, width] or [[top, bottom], [left, right]]",
      ),
  }).describe("adds rows and columns of zeros around each image"),
  layer("flatten", {}).describe("flattens each image to one row of values"),
  layer("dense", {
    units: count.describe("outputs"),
    activation: activationOfOutput,
    useBias,
  }).describe("fully connected layer"),
  layer("activation", {
    activation: activation.describe("the function applied to each value"),
    negativeSlope: z
      .number()
      .min(0)
      .optional()
      .describe(
        "slope of the negative side, for leakyRelu only; by default 0.2 (Keras' activation; its layer LeakyReLU has 0.3) or 0.01 (PyTorch)",
      ),
  })
    .describe("applies an activation function")
    .refine((layer) => layer.negativeSlope === undefined || layer.activation === "leakyRelu", {
      path: ["negativeSlope"],
      error: "`{path}` applies only to leakyRelu. Remove it.",
    }),
] as const;

type PlainLayer = (typeof plainLayers)[number];
type LayerList = z.ZodType<readonly ParsedLayer[], readonly Layer[]>;

const residual = z
  .strictObject({
    type: z.literal("residual"),
    get layers(): LayerList {
      return layerListSchema.describe("layers whose output is added");
    },
    get shortcut(): z.ZodOptional<LayerList> {
      return layerListSchema.optional().describe("layers of the shortcut; by default the input itself");
    },
    activation: activation.optional().describe("activation of the sum; by default none"),
  })
  .describe("adds the output of `layers` and that of `shortcut`, for the same input");

/** The object schemas of all layers. */
export const LAYER_SCHEMAS = [...plainLayers, residual] as const;

/** All layers, with Keras' parameters. Defaults that differ between frameworks are filled in by `resolveLayer`. */
export const layerSchema: z.ZodType<ParsedLayer, Layer> = z
  .discriminatedUnion("type", LAYER_SCHEMAS)
  .readonly()
  .describe("a layer of a model, with Keras' parameters");

/** A list of layers, each applied to the output of the one before. */
export const layerListSchema: LayerList = z.array(layerSchema).min(1).max(1000).readonly();

interface Residual<Inner> {
  readonly type: "residual";
  readonly layers: readonly Inner[];
  readonly shortcut?: readonly Inner[] | undefined;
  readonly activation?: Activation | undefined;
}

export type { Layer };

export type ParsedLayer = Readonly<z.output<PlainLayer>> | Residual<ParsedLayer>;

type Filled<Kind extends ParsedLayer, Key extends keyof Kind> = Kind extends unknown
  ? Omit<Kind, Key> & { readonly [K in Key]-?: Exclude<Kind[K], undefined> }
  : never;
type Of<Type> = Extract<z.output<PlainLayer>, { type: Type }>;
type Norm = "batchNorm2d" | "layerNorm" | "groupNorm";

/** A layer other than a residual block, with every default filled in. */
export type ResolvedPlainLayer =
  | Exclude<z.output<PlainLayer>, { type: Norm }>
  | Filled<Of<"batchNorm2d">, "momentum" | "epsilon">
  | Filled<Of<"layerNorm">, "epsilon">
  | Filled<Of<"groupNorm">, "epsilon">;

/** A residual block with every default filled in. A valid {@link ResidualLayer} again. */
export type ResolvedResidual = Residual<ResolvedLayer>;

/** A layer with every default filled in. A valid {@link Layer} again. */
export type ResolvedLayer = ResolvedPlainLayer | ResolvedResidual;
