import { z } from "zod";

/** The most layers that a list may name. */
const MOST = 10_000;

/** Names of layers, as in the names of their tensors: "conv2d_0", or "residual_0" for all layers of the block. */
export const layerNamesSchema = z.array(z.string().min(1).max(1000)).min(1).max(MOST).readonly();

/** Whether a name is a layer's, or that of a block around the layer. */
export const namesLayer = (name: string, layer: string): boolean =>
  layer === name || layer.startsWith(`${name}.`);

export const isNamed = (layer: string, names: readonly string[]): boolean =>
  names.some((name) => namesLayer(name, layer));
