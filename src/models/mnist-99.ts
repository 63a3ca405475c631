import type { Layer } from "./layers.js";

/**
 * A small net that learns MNIST to 99% within three epochs of Adam on one cycle. Its first convolution strides over the
 * pixels, so all later work is on 12 x 12 and less; without batch normalisation, so that threads can share a batch.
 */
export const mnist99 = (classes: number): Layer[] => [
  { type: "conv2d", filters: 24, kernelSize: 5, strides: 2, activation: "relu" },
  { type: "conv2d", filters: 32, kernelSize: 3, activation: "relu" },
  { type: "maxPool2d", poolSize: 2 },
  { type: "flatten" },
  { type: "dense", units: 64, activation: "relu" },
  { type: "dense", units: classes },
];
