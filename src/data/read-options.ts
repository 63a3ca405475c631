import { z } from "zod";
import { pathSchema } from "../validation/path-schema.js";
import { LARGEST_IMAGE } from "./dataset.js";

/** A size of images, in pixels: both sides, or each. */
export type ImageSize =
  | number
  | {
      /** Pixels per column. */
      readonly height: number;
      /** Pixels per row. */
      readonly width: number;
    };

const side = z.int().min(1).max(LARGEST_IMAGE.side);

const column = z.union([z.string().min(1).max(1000), z.int().min(1)]);

/** Config keys that say how to read the images. */
export const readOptionsShape = {
  resize: z
    .union([
      side,
      z
        .strictObject({
          height: side.describe("pixels per column"),
          width: side.describe("pixels per row"),
        })
        .readonly(),
    ])
    .optional()
    .describe(
      "size in pixels to which all images are resized, such as 32 or 32x48 (height x width). A change of the aspect ratio stretches the image. Default: images keep their size.",
    ),
  labelColumn: column
    .optional()
    .describe(
      "column of the labels in CSV files, as its name in the header or its number from 1. Default: the column named label, labels, class or target; without a header, the first.",
    ),
  groupColumn: column
    .optional()
    .describe(
      "column of CSV files that says which images belong together, such as those of a person, as its name in the header or its number from 1. A split never divides a group. Default: none.",
    ),
  labelFile: pathSchema
    .optional()
    .describe(
      "file of the labels, if the dataset is an .npy file of images. Default: the file beside it whose name says so, such as y_train.npy for x_train.npy.",
    ),
  greyscale: z
    .boolean()
    .optional()
    .describe(
      "convert colour images to one channel, 0.299 red + 0.587 green + 0.114 blue. Default: images keep their channels.",
    ),
} as const;

/** How to read the images of a dataset. */
export interface ReadOptions {
  /** Size in pixels to which all images are resized. Default: images keep their size. */
  readonly resize?: ImageSize | undefined;
  /** Whether colour images are converted to one channel. Default: images keep their channels. */
  readonly greyscale?: boolean | undefined;
  /** Column of the labels in CSV files, as its name or its number from 1. */
  readonly labelColumn?: string | number | undefined;
  /** File of the labels, if the dataset is an .npy file of images. */
  readonly labelFile?: string | undefined;
  /** Column of CSV files that says which images belong together, as its name or its number from 1. */
  readonly groupColumn?: string | number | undefined;
}

/** The options among the keys of a config. */
export function readOptionsOf(config: ReadOptions): ReadOptions {
  const keys = Object.keys(readOptionsShape) as (keyof ReadOptions)[];
  return Object.fromEntries(keys.flatMap((key) => (config[key] === undefined ? [] : [[key, config[key]]])));
}

export const sizeOf = (size: ImageSize): { readonly height: number; readonly width: number } =>
  typeof size === "number" ? { height: size, width: size } : size;
