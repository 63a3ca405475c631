import { BINS, type Mistake, type Predictions } from "../../src/history/predictions.js";
import type { Study } from "../../src/study/study.js";

/** The same study, whose completed runs have predictions: each class is sometimes taken for the next one. */
export const withPredictions = (study: Study): Study => ({
  ...study,
  runs: study.runs.map((run) =>
    run.status === "completed"
      ? {
          ...run,
          predictions: examplePredictions(run.dataset.classes, run.history.at(-1)!.validation.accuracy),
        }
      : run,
  ),
});

function examplePredictions(classes: number, accuracy: number): Predictions {
  const wrong = Math.round(200 * (1 - accuracy));
  const confusions = Array.from({ length: classes }, (_, i) =>
    Array.from({ length: classes }, (_, j) => (i === j ? 200 - wrong : j === (i + 1) % classes ? wrong : 0)),
  );
  const reliability = Array.from({ length: BINS }, (_, i) => {
    const confidence = (i + 0.5) / BINS;
    return { count: 10 * i, confidence, accuracy: Math.max(0, confidence - 0.1) };
  });
  const mistakes = Array.from(
    { length: Math.min(3, wrong) },
    (_, label): Mistake => ({ image: label, label, predicted: (label + 1) % classes, confidence: 0.9 }),
  );
  return { images: "validation", confusions, reliability, mistakes };
}
