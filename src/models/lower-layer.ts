import type { Semantics } from "../config/semantics.js";
import { configError } from "../errors.js";
import { initialLimits } from "./initial-limits.js";
import type { ResolvedLayer } from "./layers.js";
import type { NativeLayer, Shape } from "./native-layer.js";
import { pair, windows } from "./window.js";

/** A layer as native code runs it, without its activation, and how many numbers it learns. */
export interface LoweredLayer {
  readonly layer: NativeLayer;
  readonly parameterCount: number;
}

/** @param where names the layer in messages */
export function lowerLayer(
  layer: ResolvedLayer,
  input: Shape,
  semantics: Semantics,
  where: string,
): LoweredLayer {
  const [channels, height, width] = input;
  switch (layer.type) {
    case "conv2d": {
      const { size, ...geometry } = windows(input, layer, pair(layer.kernelSize), where);
      const { filters, useBias: bias } = layer;
      const area = geometry.kernel[0] * geometry.kernel[1];
      const limits = initialLimits(semantics, { in: area * channels, out: area * filters });
      return {
        layer: { kind: "conv2d", output: [filters, ...size], filters, ...geometry, bias, ...limits },
        parameterCount: (area * channels + Number(bias)) * filters,
      };
    }
    case "dense": {
      if (height * width !== 1)
        throw configError(
          `${where} needs one axis, but its input is ${height} x ${width} with ${channels} channels. ` +
            'Add { type: "flatten" } before it.',
        );
      const { units, useBias: bias } = layer;
      const limits = initialLimits(semantics, { in: channels, out: units });
      return {
        layer: { kind: "dense", output: [units, 1, 1], units, bias, ...limits },
        parameterCount: (channels + Number(bias)) * units,
      };
    }
    case "maxPool2d":
    case "averagePool2d": {
      const { size, ...geometry } = windows(input, layer, pair(layer.poolSize), where);
      return { layer: { kind: layer.type, output: [channels, ...size], ...geometry }, parameterCount: 0 };
    }
    case "batchNorm2d": {
      const { momentum, epsilon, center, scale } = layer;
      const unbiased = semantics === "pytorch";
      return {
        layer: { kind: "batchNorm2d", output: input, momentum, epsilon, center, scale, unbiased },
        parameterCount: channels * (Number(center) + Number(scale)),
      };
    }
    case "dropout":
      return { layer: { kind: "dropout", output: input, rate: layer.rate }, parameterCount: 0 };
    case "flatten":
      return { layer: { kind: "flatten", output: [channels * height * width, 1, 1] }, parameterCount: 0 };
    case "activation":
      return {
        layer: { kind: "activation", output: input, activation: layer.activation },
        parameterCount: 0,
      };
  }
}
