import { z } from "zod";
import { callbackSchema, signalSchema } from "../validation/callbacks.js";

/** How to read images, and what to predict of them. */
export interface PredictOptions {
  /** The most probable classes to name: a whole number of at least 1. Default: 1. */
  readonly top?: number | undefined;
  /**
   * "mnist" prepares pictures of a digit as the images of MNIST were prepared, dark on light or light on dark, of any size and
   * colour. docs/models.md lists the steps. Default: none.
   */
  readonly preprocess?: "mnist" | undefined;
  /** Whether to resize images to the size that the model takes. Default: only if the training images were resized. */
  readonly resize?: boolean | undefined;
  /** Whether to convert colour images to one channel. Default: only if the training images were converted. */
  readonly greyscale?: boolean | undefined;
  /** Called after each image, with the number of images so far. */
  readonly onImage?: ((done: number) => void) | undefined;
  /** Ends the work. The generator then throws an error with code ABORTED. */
  readonly signal?: AbortSignal | undefined;
}

export const PREPROCESSINGS = ["mnist"] as const;

export const predictOptionsSchema = z
  .strictObject({
    top: z.int().min(1).default(1),
    preprocess: z.enum(PREPROCESSINGS).optional(),
    resize: z.boolean().optional(),
    greyscale: z.boolean().optional(),
    onImage: callbackSchema<(done: number) => void>().optional(),
    signal: signalSchema.optional(),
  })
  .refine(({ preprocess, resize, greyscale }) => preprocess === undefined || !(resize || greyscale), {
    error:
      "`preprocess` (--preprocess) makes images grey and gives them their size. Omit `resize` (--resize) and `greyscale` (--greyscale).",
    path: ["preprocess"],
  });
