/** A kernel in PyTorch's order [filters, channels, height, width] as native code has it: [filters, height, width, channels], its `shape`. */
export function channelsLast(values: readonly number[], shape: readonly number[]): Float32Array {
  const [filters, height, width, channels] = shape as [number, number, number, number];
  const area = height * width;
  return Float32Array.from({ length: filters * area * channels }, (_, i) => {
    const [row, channel] = [Math.floor(i / channels), i % channels];
    const [filter, place] = [Math.floor(row / area), row % area];
    return values[(filter * channels + channel) * area + place]!;
  });
}
