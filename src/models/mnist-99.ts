import type { Layer } from "./layers.js";

/**
 * A small network that reaches 99% on MNIST within three epochs of Adam and one cycle. Its first convolution has strides, so all
 * later layers work on 12 x 12 pixels or fewer. It has no batch normalisation, so threads can share a batch.
 */
export const mnist99 = (classes: number): Layer[] => [
  { type: "conv2d", filters: 24, kernelSize: 5, strides: 2, activation: "relu" },
  { type: "conv2d", filters: 32, kernelSize: 3, activation: "relu" },
  { type: "maxPool2d", poolSize: 2 },
  { type: "flatten" },
  { type: "dense", units: 64, activation: "relu" },
  { type: "dense", units: classes },
];
