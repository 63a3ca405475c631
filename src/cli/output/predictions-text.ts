import type { FilePrediction, RankedClass } from "../../inference/file-prediction.js";
import { type Heading, plainTable, terminalWidth } from "../../system/plain-table.js";

/** Predictions for the terminal: a row per image. */
export function predictionsText(predictions: readonly FilePrediction[], width = terminalWidth()): string {
  if (predictions.length === 0) return "No image was predicted.";
  const hasImages = predictions.some(({ image }) => image !== undefined);
  const isRanked = predictions.some(({ classes }) => classes.length > 1);
  const head: Heading[] = [
    { title: "file", path: true },
    ...(hasImages ? [{ title: "image", right: true }] : []),
    { title: "class" },
    { title: "probability", right: true },
    ...(isRanked ? [{ title: "next" }] : []),
  ];
  const rows = predictions.map(({ file, image, classes: [first, ...others] }) => [
    file,
    ...(hasImages ? [image === undefined ? "" : String(image)] : []),
    first!.name,
    probability(first!),
    ...(isRanked ? [others.map((each) => `${each.name} (${probability(each)})`).join(", ")] : []),
  ]);
  return plainTable(head, rows, width);
}

const probability = (ranked: RankedClass) => ranked.probability.toFixed(4);
