import { expect, it } from "vitest";
import type { LossConfig } from "../../src/losses/losses.js";

/** The compiler is the test: lines without `@ts-expect-error` are valid, the others are not. */
const configs: readonly LossConfig[] = [
  "meanAbsoluteError",
  { name: "meanSquaredError" },
  { name: "categoricalCrossentropy", labelSmoothing: 0.1, label: "smooth" },
  { name: "mine", formula: "sum(abs(z - y) ** p)", hyperparameters: { p: 1.5 } },
  { name: "sparseCategoricalCrossentropy", classWeights: [1, 2, 3] as const },
  { name: "categoricalFocalCrossentropy", alpha: [1, 2, 3], gamma: 0.5 },
  { name: "mine", formula: "sum(w * abs(z - y))", hyperparameters: { w: [1, 2, 3] } },
  // @ts-expect-error another power than 1 or 2
  { name: "multiMargin", p: 3 },
  // @ts-expect-error an unknown name
  "meanAbsolutError",
  // @ts-expect-error another loss's hyperparameter
  { name: "meanSquaredError", labelSmoothing: 0.1 },
  // @ts-expect-error a string for a number
  { name: "categoricalCrossentropy", labelSmoothing: "0.1" },
];

it("wrong configs are compile errors", () => expect(configs).toHaveLength(11));
