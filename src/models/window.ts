import { configError } from "../errors.js";
import type { Padding, Pair, Shape } from "./native-layer.js";

/** Expands one number to both directions. */
export const pair = (size: number | Pair): Pair => (typeof size === "number" ? [size, size] : size);

/** How a convolution or pooling window moves over its input, and the [height, width] of the output. */
export interface Windows {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly padding: Padding;
  readonly size: Pair;
}

/**
 * Places windows on an input. "valid" uses whole windows only. "same" gives ceil(input / stride) windows and pads as TensorFlow
 * does: an odd number of padding rows or columns has the extra one at the bottom or right.
 *
 * @param dilation distance between the pixels of a window
 * @param where the layer, for the message
 * @throws OptimbenchError (CONFIG) if no window fits
 */
export function windows(
  [, height, width]: Shape,
  layer: { readonly padding: "valid" | "same"; readonly strides: number | Pair },
  kernel: Pair,
  where: string,
  dilation: Pair = [1, 1],
): Windows {
  const strides = pair(layer.strides);
  const reach: Pair = [(kernel[0] - 1) * dilation[0] + 1, (kernel[1] - 1) * dilation[1] + 1];
  if (layer.padding === "valid" && (reach[0] > height || reach[1] > width))
    throw configError(
      `${where} does not fit: its window of ${reach.join(" x ")} is larger than its input of ${height} x ${width}. ` +
        'Make the window smaller, set padding to "same", or remove a pooling layer before it.',
    );
  const rows = slide(height, reach[0], strides[0], layer.padding);
  const columns = slide(width, reach[1], strides[1], layer.padding);
  return {
    kernel,
    strides,
    padding: [rows.before, rows.after, columns.before, columns.after],
    size: [rows.count, columns.count],
  };
}

function slide(input: number, kernel: number, stride: number, padding: "valid" | "same") {
  if (padding === "valid") return { count: Math.floor((input - kernel) / stride) + 1, before: 0, after: 0 };
  const count = Math.ceil(input / stride);
  const total = Math.max((count - 1) * stride + kernel - input, 0);
  const before = Math.floor(total / 2);
  return { count, before, after: total - before };
}
