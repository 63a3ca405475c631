import type { Semantics } from "../catalogue/semantics.js";
import type { ParsedLayer, ResolvedLayer } from "./layers.js";

const MOMENTUM: Record<Semantics, number> = { keras3: 0.99, keras2: 0.99, pytorch: 0.9 };
const EPSILON: Record<Semantics, number> = { keras3: 1e-3, keras2: 1e-3, pytorch: 1e-5 };

/** Fills in the defaults that differ between Keras and PyTorch. */
export function resolveLayer(layer: ParsedLayer, semantics: Semantics): ResolvedLayer {
  switch (layer.type) {
    case "batchNorm2d":
      return {
        ...layer,
        momentum: layer.momentum ?? MOMENTUM[semantics],
        epsilon: layer.epsilon ?? EPSILON[semantics],
      };
    case "layerNorm":
    case "groupNorm":
      return { ...layer, epsilon: layer.epsilon ?? EPSILON[semantics] };
    case "residual": {
      const { layers, shortcut, ...rest } = layer;
      const resolve = (list: readonly ParsedLayer[]) => list.map((each) => resolveLayer(each, semantics));
      return { ...rest, layers: resolve(layers), ...(shortcut && { shortcut: resolve(shortcut) }) };
    }
    default:
      return layer;
  }
}
