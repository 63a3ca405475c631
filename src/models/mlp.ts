import type { Layer } from "./layers.js";

/** Keras' example mnist_mlp: two hidden layers with dropout. */
export const mlp = (classes: number): Layer[] => [
  { type: "flatten" },
  { type: "dense", units: 512, activation: "relu" },
  { type: "dropout", rate: 0.2 },
  { type: "dense", units: 512, activation: "relu" },
  { type: "dropout", rate: 0.2 },
  { type: "dense", units: classes },
];
