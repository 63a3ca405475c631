/** Images with their labels, as they are stored in memory. */
export interface ImageSet {
  /** Pixels, row by row: count x height x width x channels, 0 (background) to 255. */
  readonly images: Uint8Array;
  /** One class id an image, 0 to classes - 1. */
  readonly labels: Uint8Array;
  /** Optional soft targets: count x classes, each row summing to 1. Where given, losses use them in place of the one-hot label. */
  readonly targets?: Float32Array;
}

/** A dataset: images to split into training and validation, and, where it has them, images kept apart for testing. */
export interface Dataset extends ImageSet {
  /** How results name it, such as "mnist" or a folder's path. */
  readonly name: string;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: number;
  readonly test?: ImageSet & { readonly count: number };
}

/** The largest images that are taken, in pixels a side and channels a pixel. */
export const LARGEST_IMAGE = { side: 1024, channels: 64 } as const;

/** Classes needed for these labels: the largest + 1, and at least 2. */
export function classesOf(...labels: readonly Uint8Array[]): number {
  let largest = 1;
  for (const set of labels) for (const label of set) largest = Math.max(largest, label);
  return largest + 1;
}
