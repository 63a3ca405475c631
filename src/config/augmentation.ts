import { z } from "zod";

/** Random distortions of training images; all uniform and independent of each other, 0 leaves one out. */
export const augmentationSchema = z
  .strictObject({
    /** Pixels by which an image is moved at most, to each side. Default 0. */
    shift: z.number().min(0).max(10_000).default(0),
    /** Degrees by which it is turned about its centre at most, either way. Default 0. */
    rotation: z.number().min(0).max(180).default(0),
    /** Share by which it grows or shrinks at most: 0.1 for a factor from 0.9 to 1.1. Default 0. */
    scale: z.number().min(0).lt(1).default(0),
    /**
     * Elastic distortion (Simard, Steinkraus & Platt 2003, "Best Practices for Convolutional Neural Networks"): each pixel
     * is displaced by noise from [-1, 1), smoothed by a Gaussian, times `alpha`. They used alpha 34 and sigma 4 for MNIST.
     */
    elastic: z
      .strictObject({
        /** Factor of the smoothed noise, in pixels. */
        alpha: z.number().min(0).max(10_000),
        /** Standard deviation of the Gaussian, in pixels. Default 4. */
        sigma: z.number().min(0).max(1000).default(4),
      })
      .readonly()
      .optional(),
  })
  .readonly();

export type Augmentation = z.output<typeof augmentationSchema>;
