import type { Layer } from "./layers.js";

/**
 * The paper's network: four convolution blocks and three dense layers, with ReLU. 3 x 3 'same' convolutions and 'valid' pooling
 * reduce 28 x 28 pixels to 14, 7, 3 and 1.
 */
export const paperCnn = (classes: number): Layer[] => [
  ...[32, 64, 64, 64].flatMap((filters): Layer[] => [
    { type: "conv2d", filters, kernelSize: 3, padding: "same", activation: "relu" },
    { type: "maxPool2d", poolSize: 2 },
  ]),
  { type: "flatten" },
  { type: "dense", units: 128, activation: "relu" },
  { type: "dense", units: 64, activation: "relu" },
  { type: "dense", units: classes },
];
