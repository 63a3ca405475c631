/** Studies that have a name. */
export const PRESETS = {
  /**
   * The paper's table: four optimizers at Keras' defaults on all of MNIST. The paper names no batch size and no epochs:
   * with batches of 32 (Keras' default), of 1 to 12 epochs 6 come nearest to its four accuracies.
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
} as const;

export type PresetName = keyof typeof PRESETS;
export const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];
