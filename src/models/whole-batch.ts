import type { NativeLayer } from "./native-layer.js";

/** Whether a layer needs the whole batch, as batch normalisation does for mean and variance unless it is frozen. */
export const needsWholeBatch = (layers: readonly NativeLayer[]): boolean =>
  layers.some(({ kind, frozen = false }) => kind === "batchNorm2d" && !frozen);
