/** Named studies. */
export const PRESETS = {
  /**
   * The paper's table: four optimizers with Keras' defaults on all of MNIST. The paper states neither batch size nor epochs.
   * With batches of 32 (Keras' default) and 1 to 12 epochs, 6 epochs come closest to its four accuracies.
   */
  paper: {
    dataset: "mnist",
    split: { train: 48_000, validation: 12_000 },
    model: "paper-cnn",
    optimizers: ["adam", "sgd", "rmsprop", "adagrad"],
    losses: ["sparseCategoricalCrossentropy"],
    semantics: "keras3",
    schedule: "constant",
    batchSize: 32,
    epochs: 6,
  },
  /** Reaches 99% of MNIST's test images quickly, with the model mnist-99 and a few epochs of one cycle. */
  "mnist-99": {
    dataset: "mnist",
    split: { train: 59_000, validation: 1_000 },
    model: "mnist-99",
    optimizers: [{ name: "adam", learningRate: 0.01 }],
    losses: ["sparseCategoricalCrossentropy"],
    semantics: "keras3",
    schedule: "oneCycle",
    batchSize: 128,
    microBatch: 64,
    epochs: 3,
  },
} as const;

type PresetName = keyof typeof PRESETS;
export const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];
