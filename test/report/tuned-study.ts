import type { SearchRange } from "../../src/catalogue/search-range.js";
import type { TunedArm } from "../../src/config/tuning-config.js";
import { randomStream } from "../../src/data/random.js";
import type { Study } from "../../src/study/study.js";
import { selectTrial } from "../../src/tuning/select-trial.js";
import { trialsOf } from "../../src/tuning/trial-values.js";
import { exampleStudy } from "./example-studies.js";

const TRIALS = 12;
const NAMES = ["adam", "sgd", "rmsprop", "adagrad"];

/** Trials whose accuracy is highest at a rate within the space and falls beside it. Far above it, they diverge. */
function tunedArm(label: string, i: number): TunedArm {
  const learningRate = label === "sgd" ? 0.01 : 0.001;
  const range: SearchRange = { from: learningRate / 100, to: learningRate * 100, scale: "log" };
  const peak = learningRate * 10 ** (((i % 5) - 1) / 2);
  const { values, space } = trialsOf({ learningRate: range }, { trials: TRIALS, seed: 0 }, i);
  const next = randomStream(i, "samples");
  const trials = values.map((each) => {
    const decades = Math.log10((each.learningRate ?? learningRate) / peak);
    const error = Math.min(
      0.9,
      (0.02 + 0.004 * i) * 10 ** (0.55 * decades ** 2) * (1 + 0.2 * (next() / 2 ** 32)),
    );
    const accuracy = decades > 1.6 ? null : Math.round((1 - error) * 2000) / 2000;
    return { values: each, accuracy, loss: accuracy === null ? null : 2 * error };
  });
  return { label, learningRate, space, trials, selected: selectTrial(trials) };
}

/** A tuned study of any number of optimizers, on each of some datasets. */
export function tunedStudy(arms = NAMES.length, seeds = 3, datasets = ["mnist-10k"]): Study {
  const names = datasets.flatMap(() =>
    Array.from({ length: arms }, (_, i) => NAMES[i] ?? `optimizer${i + 1}`),
  );
  const tuned = names.map(tunedArm);
  const study = exampleStudy(
    Array.from({ length: seeds }, (_, seed) =>
      tuned.map(({ label, trials, selected }, i) => ({
        optimizer: label,
        label,
        dataset: datasets[Math.floor(i / arms)]!,
        learningRate: trials[selected]!.values.learningRate ?? 0.001,
        seed: seed + 1,
        reaches: 0.985 - 0.004 * i,
        pace: 1.5,
      })),
    ).flat(),
  );
  return {
    ...study,
    config: {
      ...study.config,
      question: "tuned",
      tuning: { trials: TRIALS, seeds: [0], seed: 0, arms: tuned },
    },
  };
}
