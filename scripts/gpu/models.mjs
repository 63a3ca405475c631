import { MODELS as ALL } from "../../bench/models.mjs";

/** The models that speed.mjs and pytorch_gpu.py measure. */
export const MODELS = Object.fromEntries(
  ["paper-cnn", "mnist-99", "residual"].map((name) => [name, ALL[name]]),
);
