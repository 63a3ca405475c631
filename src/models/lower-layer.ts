import type { Semantics } from "../catalogue/semantics.js";
import { configError } from "../errors.js";
import { countText } from "../validation/count-text.js";
import { initialLimits } from "./initial-limits.js";
import type { ResolvedPlainLayer } from "./layers.js";
import type { Activation, NativeOperation, Padding, Shape } from "./native-layer.js";
import { pair, windows } from "./window.js";

/** The native operation of a layer, without its activation, and its parameters in native order. */
export interface LoweredLayer {
  readonly layer: NativeOperation & { readonly output: Shape };
  readonly parameters: readonly Parameter[];
}

/** `shape` is the shape in memory. */
interface Parameter {
  readonly name: "weight" | "bias";
  readonly shape: readonly number[];
}

const withBias = (weight: readonly number[], hasBias: boolean): readonly Parameter[] => [
  { name: "weight", shape: weight },
  ...(hasBias ? [{ name: "bias", shape: [weight[0]!] } as const] : []),
];

type Convolution = Extract<ResolvedPlainLayer, { type: "conv2d" | "depthwiseConv2d" }>;

/** The slope of leakyRelu's negative side. Keras 2 uses TensorFlow's function. */
const LEAKY_SLOPE: Record<Semantics, number> = { keras3: 0.2, keras2: 0.2, pytorch: 0.01 };

export const lowerActivation = (
  activation: Activation,
  semantics: Semantics,
  slope = LEAKY_SLOPE[semantics],
): NativeOperation => ({
  kind: "activation",
  activation,
  ...(activation === "leakyRelu" && { slope }),
});

/**
 * @param isFlat whether the input has one axis in the frameworks, such as after flatten. Here, it is an image of one pixel.
 * @param where the layer, for messages
 */
export function lowerLayer(
  layer: ResolvedPlainLayer,
  input: Shape,
  isFlat: boolean,
  semantics: Semantics,
  where: string,
): LoweredLayer {
  const [channels, height, width] = input;
  const unlearned = (operation: NativeOperation, output = input): LoweredLayer => ({
    layer: { ...operation, output },
    parameters: [],
  });
  switch (layer.type) {
    case "conv2d":
      return lowerConvolution(layer, layer, input, semantics, where);
    case "depthwiseConv2d": {
      const each = { groups: channels, filters: channels * layer.depthMultiplier };
      return lowerConvolution(layer, each, input, semantics, where);
    }
    case "dense": {
      if (height * width !== 1)
        throw configError(
          `${where} needs a one-dimensional input, but its input is ${height} x ${width} with ${countText(channels, "channel")}. ` +
            'Add { type: "flatten" } before it.',
        );
      const { units, useBias: bias } = layer;
      const limits = initialLimits(semantics, { in: channels, out: units });
      return {
        layer: { kind: "dense", output: [units, 1, 1], units, bias, ...limits },
        parameters: withBias([units, channels], bias),
      };
    }
    case "maxPool2d":
    case "averagePool2d": {
      const { size, ...geometry } = windows(input, layer, pair(layer.poolSize), where);
      return unlearned({ kind: layer.type, ...geometry }, [channels, ...size]);
    }
    case "globalMaxPool2d":
    case "globalAveragePool2d":
      return unlearned({ kind: layer.type }, [channels, 1, 1]);
    case "zeroPadding2d": {
      const padding = sides(layer.padding);
      const [top, bottom, left, right] = padding;
      return unlearned({ kind: "zeroPadding2d", padding }, [
        channels,
        height + top + bottom,
        width + left + right,
      ]);
    }
    case "batchNorm2d":
    case "layerNorm":
    case "groupNorm": {
      const { center, scale, epsilon } = layer;
      return {
        layer: {
          ...normalisation(layer, channels, keepsSampleVariance(semantics, isFlat), where),
          epsilon,
          center,
          scale,
          output: input,
        },
        parameters: [
          ...(scale ? [{ name: "weight", shape: [channels] } as const] : []),
          ...(center ? [{ name: "bias", shape: [channels] } as const] : []),
        ],
      };
    }
    case "dropout":
    case "spatialDropout2d":
      return unlearned({ kind: layer.type, rate: layer.rate });
    case "flatten":
      return unlearned({ kind: "flatten" }, [channels * height * width, 1, 1]);
    case "activation":
      return unlearned(lowerActivation(layer.activation, semantics, layer.negativeSlope));
  }
}

function lowerConvolution(
  layer: Convolution,
  { filters, groups }: { readonly filters: number; readonly groups: number },
  input: Shape,
  semantics: Semantics,
  where: string,
): LoweredLayer {
  const [channels] = input;
  if (channels % groups !== 0 || filters % groups !== 0)
    throw configError(
      `${where} cannot divide ${countText(channels, "channel")} and ${countText(filters, "filter")} into ${groups} groups. ` +
        "Set `groups` to a number that divides both.",
    );
  const dilation = pair(layer.dilationRate);
  const { size, ...geometry } = windows(input, layer, pair(layer.kernelSize), where, dilation);
  const area = geometry.kernel[0] * geometry.kernel[1];
  const { useBias: bias } = layer;
  // Keras takes fans from a kernel's last two axes. For a depthwise kernel, these are channels and multiplier.
  const fans =
    layer.type === "depthwiseConv2d" && semantics !== "pytorch"
      ? { in: area * channels, out: area * layer.depthMultiplier }
      : { in: (area * channels) / groups, out: area * filters };
  const limits = initialLimits(semantics, fans);
  return {
    layer: {
      kind: "conv2d",
      output: [filters, ...size],
      filters,
      groups,
      ...geometry,
      dilation,
      bias,
      ...limits,
    },
    parameters: withBias([filters, ...geometry.kernel, channels / groups], bias),
  };
}

/**
 * Whether batch normalisation's running variance uses the batch's variance times n / (n - 1). Keras 2 does so in its fused kernel
 * for images, but not for inputs with one axis.
 */
const keepsSampleVariance = (semantics: Semantics, isFlat: boolean) =>
  semantics === "pytorch" || (semantics === "keras2" && !isFlat);

/** The specific part of each kind of normalisation. */
function normalisation(
  layer: Extract<ResolvedPlainLayer, { type: "batchNorm2d" | "layerNorm" | "groupNorm" }>,
  channels: number,
  unbiased: boolean,
  where: string,
) {
  if (layer.type === "batchNorm2d") return { kind: layer.type, momentum: layer.momentum, unbiased } as const;
  if (layer.type === "layerNorm") return { kind: layer.type } as const;
  const groups = layer.groups === -1 ? channels : layer.groups;
  if (channels % groups !== 0)
    throw configError(
      `${where} cannot divide ${countText(channels, "channel")} into ${groups} groups. Set \`groups\` to a number that divides ${channels}.`,
    );
  return { kind: layer.type, groups } as const;
}

function sides(padding: Extract<ResolvedPlainLayer, { type: "zeroPadding2d" }>["padding"]): Padding {
  const [rows, columns] = typeof padding === "number" ? [padding, padding] : padding;
  return [...pair(rows), ...pair(columns)];
}
