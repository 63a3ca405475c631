// A pool of runs of one setting, from which studies with equal arms are drawn.
import { compare } from "../../dist/index.js";

/**
 * A run takes half a second. Its 8,000 validation images make the accuracy fine enough for differences of 0.2 points: each image
 * counts 0.0125 points.
 */
const SETTING = {
  dataset: "mnist-10k",
  split: { train: 2000, validation: 8000 },
  model: {
    name: "64 units",
    layers: [
      { type: "flatten" },
      { type: "dense", units: 64, activation: "relu" },
      { type: "dense", units: 10 },
    ],
  },
  optimizers: ["adam"],
  epochs: 5,
};

/** Validation accuracy of `seeds` runs. The study in the folder continues. */
export async function poolOf(seeds, folder) {
  const { environment, runs } = await compare({
    ...SETTING,
    seeds,
    folder,
    untimedSteps: false,
    onNotice: (text) => process.stderr.write(`${text}\n`),
    onRun: (_, { runs }) => {
      if (runs.length % 50 === 0) process.stderr.write(`${runs.length} of ${seeds} runs\n`);
    },
  });
  return {
    setting: SETTING,
    images: SETTING.split.validation,
    environment,
    accuracies: runs.map(({ history }) => history.at(-1).validation.accuracy),
  };
}
