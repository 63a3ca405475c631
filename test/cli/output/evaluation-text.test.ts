import { expect, it } from "vitest";
import { evaluationText } from "../../../src/cli/output/evaluation-text.js";
import { predictionsText } from "../../../src/cli/output/predictions-text.js";
import { classScores } from "../../../src/history/class-scores.js";
import type { Evaluation } from "../../../src/inference/evaluation.js";

function evaluation(names: readonly string[]): Evaluation {
  const confusions = names.map((_, i) => names.map((_, j) => (i === j ? 1000 : j === i + 1 ? 12 : 0)));
  return {
    ...{ dataset: "mnist", split: "test", count: 10_000, loss: null, accuracy: 0.98 },
    ...{ negativeLogLikelihood: 0.05, calibrationError: 0.01, confidence: 0.97, confusions },
    classes: classScores(confusions, names),
    ...{ reliability: [], mistakes: [] },
  };
}
const widest = (text: string) => Math.max(...text.split("\n").map(({ length }) => length));

it("an evaluation fits 80 columns, with the matrix if that fits", () => {
  const ten = evaluationText(evaluation([..."0123456789"]), 80);
  expect(widest(ten)).toBeLessThanOrEqual(80);
  expect(ten).toContain("loss not finite");
  expect(ten).toContain("│ 3     │");
  expect(ten).toContain("Most often mistaken: 0 as 1 (12)");
  expect(ten.match(/1000/g)).toHaveLength(10);
  const letters = evaluationText(evaluation([..."abcdefghijklmnopqrstuvwxyz"]), 80);
  expect(widest(letters)).toBeLessThanOrEqual(80);
  expect(letters).toContain("too wide for this terminal");
});

it("classes with long names have numbers in the matrix", () => {
  expect(evaluationText(evaluation(["Trouser", "Bag"]), 80)).toContain("│ 0 Trouser │ 1000 │   12 │");
});

it("predictions fit 80 columns, with the index of an image if its file has several", () => {
  const classes = ["4", "9", "7"].map((name, label) => ({ label, name, probability: 0.9 / (label + 1) }));
  const file = `${"photographs/".repeat(6)}four.png`;
  const text = predictionsText(
    [
      { file, classes },
      { file: "digits.npy", image: 12, classes },
    ],
    80,
  );
  expect(widest(text)).toBeLessThanOrEqual(80);
  expect(text).toContain("9 (0.4500), 7 (0.3000)");
  expect(text).toMatch(/digits\.npy +│ +12 │ 4/);
});

it("predictions of files whose names have control characters keep their columns", () => {
  const classes = [{ label: 4, name: "4", probability: 0.9 }];
  const rows = predictionsText([{ file: "a\u001b[31mb.png", classes }], 80).split("\n");
  expect(rows.join("\n")).toContain("│ a\\u001b[31mb.png │ 4     │      0.9000 │");
  expect(new Set(rows.map(({ length }) => length)).size).toBe(1);
});
