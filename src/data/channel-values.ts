/** How often each of the values 0 to 255 occurs in each channel of images. */
export class ChannelValues {
  readonly #counts: readonly Float64Array[];

  constructor(channels: number) {
    this.#counts = Array.from({ length: channels }, () => new Float64Array(256));
  }

  /** Counts the values of an image, whose channels alternate. */
  add(image: Uint8Array): void {
    const channels = this.#counts.length;
    for (const [channel, counts] of this.#counts.entries())
      for (let i = channel; i < image.length; i += channels) counts[image[i]!]!++;
  }

  /** The smallest and the largest value of all channels. */
  range(): { readonly minimum: number; readonly maximum: number } {
    const isPresent = (value: number) => this.#counts.some((counts) => counts[value]! > 0);
    const present = Array.from({ length: 256 }, (_, value) => value).filter(isPresent);
    return { minimum: present[0]!, maximum: present.at(-1)! };
  }

  /** Of each channel. */
  moments(): { readonly mean: number[]; readonly standardDeviation: number[] } {
    const moments = this.#counts.map((counts) => {
      const moment = (power: (value: number) => number) =>
        counts.reduce((sum, count, value) => sum + count * power(value), 0) /
        counts.reduce((sum, count) => sum + count, 0);
      const mean = moment((value) => value);
      return { mean, standardDeviation: Math.sqrt(moment((value) => (value - mean) ** 2)) };
    });
    return {
      mean: moments.map(({ mean }) => mean),
      standardDeviation: moments.map(({ standardDeviation }) => standardDeviation),
    };
  }
}
