import { encode } from "fast-png";
import { permutation, randomStream } from "../random.js";
import type { Dataset } from "./dataset.js";

/** What a picture of samples shows. */
export interface SampleOptions {
  /** Images a class, at least 1. Default 12. */
  readonly perClass?: number;
  /** Determines which images. Default 0. */
  readonly seed?: number;
}

/** Tiles come out about this large, in pixels. */
const TILE = 56;
const WHITE = 255;

/**
 * A picture of a dataset: a row for each class, with images drawn from it at random, enlarged by a whole number.
 * Images of one channel are shown dark on white; of others, three channels are shown as colours, else the first.
 *
 * @returns the bytes of a PNG file
 */
export function sampleDigits(dataset: Dataset, { perClass = 12, seed = 0 }: SampleOptions = {}): Uint8Array {
  const { height, width, channels, classes, images } = dataset;
  const depth = channels === 3 ? 3 : 1;
  const scale = Math.max(1, Math.round(TILE / Math.max(height, width)));
  const gap = 2 * scale;
  const column = width * scale + gap;
  const row = height * scale + gap;
  const picture = {
    width: perClass * column + gap,
    height: classes * row + gap,
    channels: depth,
    data: new Uint8Array((perClass * column + gap) * (classes * row + gap) * depth).fill(WHITE),
  };
  chooseSamples(dataset, perClass, seed).forEach((samples, label) => {
    samples.forEach((index, n) => {
      for (let y = 0; y < height * scale; y++)
        for (let x = 0; x < width * scale; x++) {
          const pixel = (index * height + Math.floor(y / scale)) * width + Math.floor(x / scale);
          const place = (label * row + gap + y) * picture.width + n * column + gap + x;
          for (let c = 0; c < depth; c++) {
            const value = images[pixel * channels + c]!;
            picture.data[place * depth + c] = depth === 1 ? WHITE - value : value;
          }
        }
    });
  });
  return encode(picture);
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
