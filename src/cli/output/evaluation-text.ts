import { confusedPairs } from "../../history/class-scores.js";
import type { Evaluation } from "../../inference/evaluation.js";
import { type Heading, plainTable, terminalWidth } from "../../system/plain-table.js";
import { wrapText } from "../../system/wrap-text.js";
import { integerText } from "../../validation/count-text.js";

/** What a set is called beside its number of images. */
const IMAGES = { train: "training", validation: "validation", test: "test" } as const;
const MOST_PAIRS = 5;

/** An evaluation for the terminal. */
export function evaluationText(evaluation: Evaluation, width = terminalWidth()): string {
  const { dataset, split, count, confidence, classes, confusions } = evaluation;
  const numbers = [
    `accuracy ${share(evaluation.accuracy)}`,
    `loss ${decimal(evaluation.loss)}`,
    `negative log-likelihood ${decimal(evaluation.negativeLogLikelihood)}`,
    `mean confidence ${share(confidence)}`,
    `calibration error ${share(evaluation.calibrationError)}`,
  ];
  return [
    wrapText(`${dataset}, ${integerText(count)} ${IMAGES[split]} images: ${numbers.join(", ")}.`, width),
    ...(classes ? [classTable(classes, width)] : []),
    ...(confusions && classes
      ? matrix(
          confusions,
          classes.map(({ name }) => name),
          width,
        )
      : []),
  ].join("\n");
}

const decimal = (value: number | null) => (value === null ? "not finite" : value.toFixed(4));
const share = (value: number | null) => (value === null ? "–" : value.toFixed(4));

function classTable(classes: NonNullable<Evaluation["classes"]>, width: number): string {
  const head: Heading[] = [
    { title: "class" },
    ...["precision", "recall", "F1", "images"].map((title) => ({ title, right: true })),
  ];
  const rows = classes.map(({ name, precision, recall, f1, count }) => [
    name,
    share(precision),
    share(recall),
    share(f1),
    integerText(count),
  ]);
  return plainTable(head, rows, width);
}

/** The confusion matrix if it fits, and the pairs that are most often confused. */
function matrix(
  confusions: readonly (readonly number[])[],
  names: readonly string[],
  width: number,
): string[] {
  const areShort = names.every((name) => name.length <= 5);
  const head = (i: number) => (areShort ? names[i]! : String(i));
  const table = plainTable(
    [{ title: "class" }, ...names.map((_, i) => ({ title: head(i), right: true }))],
    confusions.map((row, i) => [
      areShort ? names[i]! : `${i} ${names[i]}`,
      ...row.map((count) => (count === 0 ? "·" : String(count))),
    ]),
    Number.POSITIVE_INFINITY,
  );
  const pairs = confusedPairs(confusions, MOST_PAIRS).map(
    ({ label, predicted, count }) => `${names[label]} as ${names[predicted]} (${integerText(count)})`,
  );
  return [
    ...(table.indexOf("\n") <= width
      ? ["Predictions of each class; a column is a predicted class:", table]
      : ["The confusion matrix is too wide for this terminal. --json prints it."]),
    wrapText(
      pairs.length === 0
        ? "Every image was predicted correctly."
        : `Most often mistaken: ${pairs.join(", ")}.`,
      width,
    ),
  ];
}
