import { encode } from "fast-png";
import type { Dataset } from "./dataset.js";
import { permutation, randomStream } from "./random.js";

/** Options of an image with samples. */
interface SampleOptions {
  /** Images per class, at least 1. Default 12. */
  readonly perClass?: number;
  /** The seed that selects the samples. Default 0. */
  readonly seed?: number;
}

/** The approximate size of a tile, in pixels. */
const TILE = 56;
/** The approximate limit on pixels. With many classes or images per class, tiles are smaller. */
const PICTURE = 2 ** 23;
/** A pixel of a reduced image is the mean of at most this many pixels per side. */
const SAMPLES_A_SIDE = 4;
const WHITE = 255;

/**
 * Draws samples of a dataset: one row per class, with randomly chosen images (0 is black) on white. Small images are enlarged
 * by a whole factor, and large ones are reduced by a whole factor. Images with three channels are drawn in colour; of any other
 * number of channels, the first is drawn.
 *
 * @returns the bytes of a PNG file
 */
export function sampleDigits(dataset: Dataset, { perClass = 12, seed = 0 }: SampleOptions = {}): Uint8Array {
  const { channels, classes } = dataset;
  const depth = channels === 3 ? 3 : 1;
  const tile = tileOf(dataset, Math.sqrt(PICTURE / (perClass * classes)));
  const column = tile.width + tile.gap;
  const row = tile.height + tile.gap;
  const chosen = chooseSamples(dataset, perClass, seed);
  const columns = chosen.reduce((most, samples) => Math.max(most, samples.length), 1);
  const size = { width: columns * column + tile.gap, height: classes * row + tile.gap };
  const image = {
    ...size,
    channels: depth,
    data: new Uint8Array(size.width * size.height * depth).fill(WHITE),
  };
  chosen.forEach((samples, label) => {
    samples.forEach((index, n) => {
      for (let y = 0; y < tile.height; y++)
        for (let x = 0; x < tile.width; x++) {
          const place = (label * row + tile.gap + y) * image.width + n * column + tile.gap + x;
          for (let c = 0; c < depth; c++) image.data[place * depth + c] = tile.value(index, y, x, c);
        }
    });
  });
  return encode(image);
}

/** How an image is drawn: its size, and its value at a position. */
function tileOf({ height, width, channels, images }: Dataset, most: number) {
  const side = Math.max(height, width);
  const scale = Math.max(1, Math.min(Math.round(TILE / side), Math.floor(most / side)));
  const reduction = Math.max(1, Math.ceil(side / Math.min(1.5 * TILE, most)));
  const step = Math.ceil(reduction / SAMPLES_A_SIDE);
  const value = (index: number, y: number, x: number, channel: number) =>
    images[((index * height + y) * width + x) * channels + channel]!;
  const enlarged = (index: number, y: number, x: number, channel: number) =>
    value(index, Math.floor(y / scale), Math.floor(x / scale), channel);
  const reduced = (index: number, y: number, x: number, channel: number) => {
    let [sum, count] = [0, 0];
    for (let dy = y * reduction; dy < Math.min(height, (y + 1) * reduction); dy += step)
      for (let dx = x * reduction; dx < Math.min(width, (x + 1) * reduction); dx += step, count++)
        sum += value(index, dy, dx, channel);
    return Math.round(sum / count);
  };
  return {
    height: Math.ceil(height / reduction) * scale,
    width: Math.ceil(width / reduction) * scale,
    gap: 2 * scale,
    value: reduction === 1 ? enlarged : reduced,
  };
}

/** Indices of at most `perClass` images of each class. */
function chooseSamples({ count, labels, classes }: Dataset, perClass: number, seed: number): number[][] {
  const chosen = Array.from({ length: classes }, () => [] as number[]);
  for (const index of permutation(count, randomStream(seed, "samples"))) {
    const samples = chosen[labels[index]!]!;
    if (samples.length < perClass) samples.push(index);
  }
  return chosen;
}
