import type { Layer } from "./layers.js";

/**
 * LeCun et al. 1998 in its common form: tanh, average pooling without weights, a second convolution whose filters see all
 * channels, and a dense layer instead of radial basis functions. 28 x 28 pixels become 14, 10 and 5.
 */
export const lenet5 = (classes: number): Layer[] => [
  { type: "conv2d", filters: 6, kernelSize: 5, padding: "same", activation: "tanh" },
  { type: "averagePool2d", poolSize: 2 },
  { type: "conv2d", filters: 16, kernelSize: 5, activation: "tanh" },
  { type: "averagePool2d", poolSize: 2 },
  { type: "flatten" },
  { type: "dense", units: 120, activation: "tanh" },
  { type: "dense", units: 84, activation: "tanh" },
  { type: "dense", units: classes },
];
