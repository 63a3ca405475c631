/** Tensors in memory and in PyTorch: the weights of a convolution have their channels last in memory. */

/** Converts the shape in memory [filters, height, width, channels] to PyTorch's [filters, channels, height, width]. */
export function shapeInPyTorch(shape: readonly number[]): readonly number[] {
  const [filters, height, width, channels] = shape;
  return shape.length === 4 ? [filters!, channels!, height!, width!] : shape;
}

/** Converts rows of a tensor with that shape in memory to PyTorch's layout. */
export const inPyTorch = (rows: Float32Array, shape: readonly number[]): Float32Array =>
  reordered(rows, shape, (result, row, place, area, channel, channels) => {
    result[row + channel * area + place] = rows[row + place * channels + channel]!;
  });

/** Converts rows in PyTorch's layout to a tensor with that shape in memory. */
export const inMemory = (rows: Float32Array, shape: readonly number[]): Float32Array =>
  reordered(rows, shape, (result, row, place, area, channel, channels) => {
    result[row + place * channels + channel] = rows[row + channel * area + place]!;
  });

function reordered(
  rows: Float32Array,
  shape: readonly number[],
  copy: (
    result: Float32Array,
    row: number,
    place: number,
    area: number,
    channel: number,
    channels: number,
  ) => void,
): Float32Array {
  if (shape.length !== 4) return rows;
  const [, height, width, channels] = shape as readonly [number, number, number, number];
  const result = new Float32Array(rows.length);
  const area = height * width;
  for (let row = 0; row < rows.length; row += area * channels)
    for (let place = 0; place < area; place++)
      for (let channel = 0; channel < channels; channel++) copy(result, row, place, area, channel, channels);
  return result;
}
