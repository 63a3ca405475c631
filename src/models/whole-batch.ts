import type { ResolvedLayer } from "./layers.js";

/** Whether a layer needs the whole batch, as batch normalisation does for mean and variance. */
export const needsWholeBatch = (layers: readonly ResolvedLayer[]): boolean =>
  layers.some((layer) =>
    layer.type === "residual"
      ? needsWholeBatch([...layer.layers, ...(layer.shortcut ?? [])])
      : layer.type === "batchNorm2d",
  );
