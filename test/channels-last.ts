/** Converts a kernel from PyTorch's order [filters, channels, height, width] to the native order [filters, height, width, channels]. */
export function channelsLast(values: readonly number[], shape: readonly number[]): Float32Array {
  const [filters, height, width, channels] = shape as [number, number, number, number];
  const area = height * width;
  return Float32Array.from({ length: filters * area * channels }, (_, i) => {
    const [row, channel] = [Math.floor(i / channels), i % channels];
    const [filter, place] = [Math.floor(row / area), row % area];
    return values[(filter * channels + channel) * area + place]!;
  });
}
