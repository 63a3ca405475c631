/** Images with their labels, as they are stored in memory. */
export interface ImageSet {
  /** Pixels, row by row: count x height x width x channels, 0 (background) to 255. */
  readonly images: Uint8Array;
  /** The class of each image, 0 to classes - 1. */
  readonly labels: Labels;
  /** Soft targets: count x classes numbers; each row sums to 1. If present, losses use them instead of one-hot labels. */
  readonly targets?: Float32Array;
}

/** Class ids: bytes, or 16-bit integers if one is larger than 255. */
export type Labels = Uint8Array | Uint16Array;

/** A dataset: images to train with, and optionally separate images for validation and for the test. */
export interface Dataset extends ImageSet {
  /** Its name in results, such as "mnist" or a folder's path. */
  readonly name: string;
  /** Number of images, without the validation and the test set. */
  readonly count: number;
  /** Height of each image, in pixels. */
  readonly height: number;
  /** Width of each image, in pixels. */
  readonly width: number;
  /** Numbers per pixel: 1 for greyscale, 3 for colour. */
  readonly channels: number;
  /** Number of classes. */
  readonly classes: number;
  /** The name of each class, in the order of the labels. */
  readonly classNames?: readonly string[];
  /** The group of each image, if there are groups, which a split keeps together. */
  readonly groups?: Uint32Array;
  /** How the values of images of floats became bytes. Absent if the images were bytes. */
  readonly scaling?: Scaling;
  /** Validation images that the dataset supplies. Without them, the validation images are split off. */
  readonly validation?: HeldOutSet;
  /** The test set. `train` and `compare` evaluate it once per run, with the final weights. */
  readonly test?: HeldOutSet;
}

/** Images that are kept apart from the training images. */
export interface HeldOutSet extends ImageSet {
  /** Number of images. */
  readonly count: number;
}

/** The range of floats that became the bytes 0 to 255: byte = round(255 (value - minimum) / (maximum - minimum)). */
export interface Scaling {
  /** The value that became 0. */
  readonly minimum: number;
  /** The value that became 255. */
  readonly maximum: number;
}

/** The largest supported images, in pixels per side and channels per pixel. The side only excludes absurd sizes: memory is the limit. */
export const LARGEST_IMAGE = { side: 65_536, channels: 64 } as const;

/** The most bytes of images in a part of a dataset: about 1.3 million images of 28 x 28. */
export const MOST_BYTES = 2 ** 30;

/** The largest supported number of classes. */
export const MOST_CLASSES = 65_536;

/** The number of classes that labels imply: the largest label + 1, and at least 2. */
export function classesOf(...labels: readonly Labels[]): number {
  let largest = 1;
  for (const set of labels) for (const label of set) largest = Math.max(largest, label);
  return largest + 1;
}

/** The name of each class. Without names, the classes are numbers. */
export const namesOf = ({
  classes,
  classNames,
}: {
  readonly classes: number;
  readonly classNames?: readonly string[] | undefined;
}): readonly string[] => classNames ?? Array.from({ length: classes }, (_, label) => String(label));
