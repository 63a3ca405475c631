import { z } from "zod";

export const augmentationSchema = z
  .strictObject({
    shift: z.number().min(0).max(10_000).default(0).describe("largest shift to each side, in pixels"),
    rotation: z
      .number()
      .min(0)
      .max(180)
      .default(0)
      .describe("largest rotation about the centre, either way, in degrees"),
    scale: z
      .number()
      .min(0)
      .lt(1)
      .default(0)
      .describe("largest change of size, as a fraction. 0.1 gives factors from 0.9 to 1.1."),
    elastic: z
      .strictObject({
        alpha: z.number().min(0).max(10_000).describe("factor of the smoothed noise, in pixels"),
        sigma: z
          .number()
          .min(0)
          .max(1000)
          .default(4)
          .describe("standard deviation of the Gaussian that smooths the noise, in pixels"),
      })
      .readonly()
      .optional()
      .describe(
        "elastic distortion. Each pixel is displaced by noise from [-1, 1), smoothed by a Gaussian, times `alpha` (Simard, Steinkraus & Platt 2003, who used alpha 34 and sigma 4 for MNIST). Default: none.",
      ),
  })
  .readonly()
  .describe("random distortions of training images, all uniform and independent of each other; 0 omits one");

/** An {@link AugmentationConfig} with every default filled in. */
export interface Augmentation extends z.output<typeof augmentationSchema> {}
