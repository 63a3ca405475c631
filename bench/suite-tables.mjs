import { isReached, median } from "./row.mjs";
import { goalText, numberText, spreadText } from "./row-text.mjs";

const TITLES = {
  step: "A training step with Adam, in ms",
  evaluation: "Evaluation of 12,000 images, in ms",
  threads: "A training step with 1 and 2 threads, in ms",
  memory: "Peak memory of a process that trains, in MB",
};
/** Heads of columns, in their order. */
const SHORT = {
  optimbench: "optimbench",
  "PyTorch eager": "PyTorch",
  "PyTorch eager, channels-last": "channels-last",
  "PyTorch compiled": "compiled",
  "Keras on TensorFlow": "Keras",
};

/** The rows of models, one table per measure: a title, a head and the cells. */
export function suiteTables(rows) {
  return Object.keys(TITLES)
    .map((name) => rows.filter(({ measure }) => measure === name))
    .filter(({ length }) => length > 0)
    .map(tableOf);
}

function tableOf(rows) {
  const [{ measure, batch }] = rows;
  const places = Object.keys(SHORT);
  const names = [...new Set(rows.flatMap((row) => Object.keys(row.measured)))].sort(
    (a, b) => places.indexOf(a) - places.indexOf(b),
  );
  const hasBatch = batch !== undefined;
  return {
    title: TITLES[measure],
    head: [
      "model",
      ...(hasBatch ? ["batch"] : []),
      ...names.map((name) => SHORT[name] ?? name),
      "ratio",
      "spread",
      "goal",
      "reached",
    ],
    cells: rows.map((row) => [
      `\`${row.model}\``,
      ...(hasBatch ? [String(row.batch)] : []),
      ...names.map((name) => (row.measured[name] ? timeText(median(row.measured[name])) : "")),
      numberText(row.value),
      spreadText(row),
      goalText(row),
      isReached(row) ? "yes" : "no",
    ]),
  };
}

/** Three significant digits. */
const timeText = (value) => (value >= 1000 ? String(Math.round(value)) : value.toPrecision(3));
