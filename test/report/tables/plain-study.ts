import type { Study } from "../../../src/study/study.js";
import { exampleRun, exampleStudy } from "../example-studies.js";

/** A study with round numbers: two seeds of adam, and two of sgd, of which one diverged. */
export function plainStudy(): Study {
  const history = (accuracies: number[]) =>
    accuracies.map((accuracy, epoch) => ({
      epoch,
      learningRate: 0.001,
      train: { loss: 2 - epoch, accuracy: accuracy / 2 },
      validation: {
        loss: 1 / (epoch + 1),
        accuracy,
        negativeLogLikelihood: 2 - accuracy,
        calibrationError: 0.25,
      },
      seconds: { train: epoch === 0 ? 0 : 2.5, evaluate: 0.5 },
    }));
  const run = (optimizer: string, seed: number, accuracies: number[], train: number) => ({
    ...exampleRun({ optimizer, seed }),
    history: history(accuracies),
    test: {
      loss: 0.25,
      accuracy: accuracies.at(-1)! - 0.01,
      negativeLogLikelihood: 1.5,
      calibrationError: 0.125,
    },
    seconds: { train, evaluate: 1, untimedSteps: 0.5, total: train + 2 },
  });
  const diverged = run("sgd", 1, [0.1, 0.2, 0.1], 5);
  return {
    ...exampleStudy([]),
    runs: [
      run("adam", 0, [0.1, 0.9, 0.96], 5),
      run("sgd", 0, [0.1, 0.7, 0.8], 4),
      run("adam", 1, [0.1, 0.92, 0.98], 6),
      {
        ...diverged,
        test: undefined,
        status: "diverged" as const,
        history: diverged.history.map((epoch) =>
          epoch.epoch === 2
            ? {
                ...epoch,
                validation: {
                  loss: null,
                  accuracy: 0.1,
                  negativeLogLikelihood: null,
                  calibrationError: null,
                },
              }
            : epoch,
        ),
      },
    ],
  };
}
