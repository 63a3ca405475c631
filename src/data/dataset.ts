/** Images with their labels, as they are stored in memory. */
export interface ImageSet {
  /** Pixels, row by row: count x height x width x channels, 0 (background) to 255. */
  readonly images: Uint8Array;
  /** The class of each image, 0 to classes - 1. */
  readonly labels: Uint8Array;
  /** Soft targets: count x classes numbers; each row sums to 1. If present, losses use them instead of one-hot labels. */
  readonly targets?: Float32Array;
}

/** A dataset: images to split into training and validation, and optionally a separate test set. */
export interface Dataset extends ImageSet {
  /** Its name in results, such as "mnist" or a folder's path. */
  readonly name: string;
  /** Number of images, without the test set. */
  readonly count: number;
  /** Height of each image, in pixels. */
  readonly height: number;
  /** Width of each image, in pixels. */
  readonly width: number;
  /** Numbers per pixel: 1 for greyscale, 3 for colour. */
  readonly channels: number;
  /** Number of classes. */
  readonly classes: number;
  /** The test set. `train` and `compare` evaluate it once per run, with the final weights. */
  readonly test?: TestSet;
}

/** Images that are used for nothing but the final test. */
export interface TestSet extends ImageSet {
  /** Number of images. */
  readonly count: number;
}

/** The largest supported images, in pixels per side and channels per pixel. */
export const LARGEST_IMAGE = { side: 1024, channels: 64 } as const;

/** The number of classes that labels imply: the largest label + 1, and at least 2. */
export function classesOf(...labels: readonly Uint8Array[]): number {
  let largest = 1;
  for (const set of labels) for (const label of set) largest = Math.max(largest, label);
  return largest + 1;
}
