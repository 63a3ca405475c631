import { expect, it } from "vitest";
import type { OptimizerConfig } from "../../src/optimizers/optimizers.js";

/** The compiler is the test: lines without `@ts-expect-error` are valid, the others are not. */
const configs: readonly OptimizerConfig[] = [
  "adam",
  { name: "adam" },
  { name: "adam", learningRate: 0.01, beta1: 0.8, semantics: "pytorch", label: "fast" },
  { name: "sgd", momentum: 0.9, nesterov: true },
  { name: "mine", formula: "theta = theta - c * g", hyperparameters: { c: 0.1 }, state: { m: 0 } },
  // @ts-expect-error an unknown name
  "adma",
  // @ts-expect-error an unknown name, and no formula
  { name: "adma" },
  // @ts-expect-error another optimizer's hyperparameter
  { name: "adam", momentum: 0.9 },
  // @ts-expect-error a misspelt hyperparameter
  { name: "sgd", learningrate: 0.1 },
  // @ts-expect-error a string for a number
  { name: "sgd", momentum: "0.9" },
  // @ts-expect-error a number for a switch
  { name: "sgd", momentum: 0.9, nesterov: 1 },
  // @ts-expect-error an unknown framework
  { name: "sgd", semantics: "keras" },
];

it("wrong configs are compile errors", () => expect(configs).toHaveLength(12));
