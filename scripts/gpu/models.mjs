/** A residual net with batch normalisation: 16, 16, 32 and 64 filters. */
const block = (filters, strides) => ({
  type: "residual",
  layers: [
    { type: "conv2d", filters, kernelSize: 3, strides, padding: "same", useBias: false },
    { type: "batchNorm2d" },
    { type: "activation", activation: "relu" },
    { type: "conv2d", filters, kernelSize: 3, padding: "same", useBias: false },
    { type: "batchNorm2d" },
  ],
  ...(strides > 1 && { shortcut: [{ type: "conv2d", filters, kernelSize: 1, strides }] }),
  activation: "relu",
});

/** The models that speed.mjs and pytorch_gpu.py measure. */
export const MODELS = {
  "paper-cnn": "paper-cnn",
  "mnist-99": "mnist-99",
  residual: {
    name: "residual",
    layers: [
      { type: "conv2d", filters: 16, kernelSize: 3, padding: "same", useBias: false },
      { type: "batchNorm2d" },
      { type: "activation", activation: "relu" },
      block(16, 1),
      block(32, 2),
      block(64, 2),
      { type: "globalAveragePool2d" },
      { type: "dense", units: 10 },
    ],
  },
};
