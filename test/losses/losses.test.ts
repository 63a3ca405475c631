import { describe, expect, it } from "vitest";
import { SEMANTICS } from "../../src/config/semantics.js";
import { LOSS_NAMES, type LossConfig, lossGraph, resolveLoss } from "../../src/losses/losses.js";
import { loadNative } from "../../src/native.js";

const message = (input: unknown): string => {
  try {
    resolveLoss(input as LossConfig, "keras3");
  } catch (error) {
    expect(error).toMatchObject({ name: "OptimbenchError" });
    return (error as Error).message;
  }
  throw new Error("nothing was wrong");
};

it.each(LOSS_NAMES)("%s is resolved to plain data that resolves to itself", (name) => {
  for (const semantics of SEMANTICS) {
    const resolved = resolveLoss(name, semantics);
    expect(resolved).toMatchObject({ name, semantics: semantics === "keras2" ? "keras3" : semantics });
    for (const other of SEMANTICS)
      expect(resolveLoss(JSON.parse(JSON.stringify(resolved)), other)).toEqual(resolved);
  }
});

it.each([
  [
    "meanAbsolutError",
    'Expected one of "sparseCategoricalCrossentropy", "categoricalCrossentropy", "meanSquaredError", "meanAbsoluteError" for `loss`, got "meanAbsolutError" (string). Did you mean "meanAbsoluteError"?',
  ],
  [
    { name: "meanSquaredError", labelSmoothing: 0.1 },
    "Unknown key `labelSmoothing`. Known here: name, label, semantics, formula.",
  ],
  [
    { name: "categoricalCrossentropy", labelSmoothing: 2 },
    "Expected a number at most 1 for `labelSmoothing`, got 2 (number).",
  ],
  [
    { name: "meanSquaredError", formula: "sum(z)" },
    "`formula` is not meanSquaredError's formula with these settings. Rename it to run it as your own, or leave it out.",
  ],
  [
    { name: "mine", formula: "abs(softmax(z) - y)" },
    'In the formula of loss "mine": A loss is one number a sample, this is one a class: wrap it in sum(...) or mean(...). (line 1, column 1)\n' +
      "  abs(softmax(z) - y)\n  ^",
  ],
])("refuses %j", (input, expected) => {
  expect(message(input)).toBe(expected);
});

describe("a loss of one's own", () => {
  const power = { name: "power", formula: "sum(abs(z - y) ** p)", hyperparameters: { p: 2 } };

  it("is resolved to plain data that resolves to itself", () => {
    const resolved = resolveLoss(power, "keras3");
    expect(resolved).toEqual({ ...power, semantics: "own" });
    expect(resolveLoss(JSON.parse(JSON.stringify(resolved)), "pytorch")).toEqual(resolved);
  });

  it("has its value and its gradient", () => {
    const graph = lossGraph(resolveLoss(power, "keras3"));
    const logits = Float64Array.of(1, 2, 3, 4);
    const targets = Float64Array.of(0, 0, 1, 1);
    const { values, gradient } = loadNative().runLoss(graph, logits, targets, 2);
    expect([...values]).toEqual([5, 13]);
    expect([...gradient]).toEqual([2, 4, 4, 6]);
  });

  it("the paper's basic loss is the built-in of that formula", () => {
    const mine = resolveLoss({ name: "mine", formula: "p = softmax(z); mean(abs(p - y))" }, "keras3");
    expect(lossGraph(mine)).toEqual(lossGraph(resolveLoss("meanAbsoluteError", "keras3")));
  });
});
