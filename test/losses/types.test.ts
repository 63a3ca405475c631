import { expect, it } from "vitest";
import type { LossConfig } from "../../src/losses/losses.js";

/** The compiler is the test here: each line without an error expected is right, each other is wrong. */
const configs: readonly LossConfig[] = [
  "meanAbsoluteError",
  { name: "meanSquaredError" },
  { name: "categoricalCrossentropy", labelSmoothing: 0.1, label: "smooth" },
  { name: "mine", formula: "sum(abs(z - y) ** p)", hyperparameters: { p: 1.5 } },
  // @ts-expect-error an unknown name
  "meanAbsolutError",
  // @ts-expect-error another loss's hyperparameter
  { name: "meanSquaredError", labelSmoothing: 0.1 },
  // @ts-expect-error a string for a number
  { name: "categoricalCrossentropy", labelSmoothing: "0.1" },
];

it("wrong configs are compile errors", () => expect(configs).toHaveLength(7));
