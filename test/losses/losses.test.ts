import { describe, expect, it } from "vitest";
import { SEMANTICS } from "../../src/catalogue/semantics.js";
import { train } from "../../src/index.js";
import {
  LOSS_NAMES,
  LOSSES,
  type LossConfig,
  lossGraph,
  lossLabel,
  resolveLoss,
} from "../../src/losses/losses.js";
import { loadNative } from "../../src/native/addon.js";
import { bands, smallModel } from "../small-task.js";

const message = (input: unknown): string => {
  try {
    lossGraph(resolveLoss(input as LossConfig, "keras3"));
  } catch (error) {
    expect(error).toMatchObject({ name: "OptimbenchError" });
    return (error as Error).message;
  }
  throw new Error("nothing was wrong");
};

it.each(LOSS_NAMES)("%s is resolved to plain data that resolves to itself", (name) => {
  for (const semantics of SEMANTICS) {
    const resolved = resolveLoss(name, semantics);
    const sources = Object.keys(LOSSES[name].defaults);
    const nearest = semantics === "pytorch" ? ["author", "keras3"] : ["keras3", "author", "pytorch"];
    const wanted = [semantics, ...nearest].find((each) => sources.includes(each));
    expect(resolved).toMatchObject({ name, semantics: wanted });
    for (const other of SEMANTICS)
      expect(resolveLoss(JSON.parse(JSON.stringify(resolved)), other)).toEqual(resolved);
  }
});

it.each([
  [
    "meanAbsolutError",
    `Expected one of ${LOSS_NAMES.map((name) => `"${name}"`).join(", ")} for \`loss\`, got "meanAbsolutError" (string). Did you mean "meanAbsoluteError"?`,
  ],
  [
    { name: "meanSquaredError", labelSmoothing: 0.1 },
    "Unknown key `labelSmoothing`. Known keys: name, label, semantics, formula.",
  ],
  [
    { name: "categoricalCrossentropy", labelSmoothing: 2 },
    "Expected a number of at least 0 and at most 1 for `labelSmoothing`, got 2 (number).",
  ],
  [{ name: "huber", delta: 0 }, "Expected a number greater than 0 for `delta`, got 0 (number)."],
  [
    { name: "generalisedCrossentropy", q: 1.5 },
    "Expected a number greater than 0 and at most 1 for `q`, got 1.5 (number).",
  ],
  [
    { name: "categoricalFocalCrossentropy", gamma: -1 },
    "Expected a number of at least 0 for `gamma`, got -1 (number).",
  ],
  [
    { name: "categoricalFocalCrossentropy", alpha: "much" },
    'Expected a number or a list for `alpha`, got "much" (string).',
  ],
  [{ name: "multiMargin", p: 3 }, "Expected one of 1, 2 for `p`, got 3 (number)."],
  [
    { name: "sparseCategoricalCrossentropy", classWeights: [1, -1] },
    "Expected a number of at least 0 for `classWeights[1]`, got -1 (number).",
  ],
  [
    { name: "sparseCategoricalCrossentropy", semantics: "pytorch", classWeights: [1, 2] },
    "Unknown key `classWeights`: sparseCategoricalCrossentropy has no such hyperparameter in pytorch. Known there: labelSmoothing.",
  ],
  [
    { name: "mine", formula: "sum(w * (z - y) ** 2)", hyperparameters: { w: "1;2" } },
    'Expected a number or a list for `hyperparameters.w`, got "1;2" (string).',
  ],
  [
    { name: "meanSquaredError", formula: "sum(z)" },
    "`formula` is not meanSquaredError's formula for these settings. Change `name` to run a custom formula, or omit `formula`.",
  ],
  [
    { name: "mine", formula: "abs(softmax(z) - y)" },
    'In the formula of loss "mine": A loss must be one number per sample, but this is one per class: wrap it in sum(...) or mean(...). (line 1, column 1)\n' +
      "  abs(softmax(z) - y)\n  ^",
  ],
])("rejects %j", (input, expected) => {
  expect(message(input)).toBe(expected);
});

describe("a custom loss", () => {
  const power = { name: "power", formula: "sum(abs(z - y) ** p)", hyperparameters: { p: 2 } };

  it("is resolved to plain data that resolves to itself", () => {
    const resolved = resolveLoss(power, "keras3");
    expect(resolved).toEqual({ ...power, semantics: "custom" });
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

  it("the paper's basic loss equals the built-in with that formula", () => {
    const mine = resolveLoss({ name: "mine", formula: "p = softmax(z); mean(abs(p - y))" }, "keras3");
    expect(lossGraph(mine)).toEqual(lossGraph(resolveLoss("meanAbsoluteError", "keras3")));
  });
});

describe("a row of one number per class", () => {
  const weighted = (weights: readonly number[]) =>
    ({ name: "mine", formula: "sum(w * y * (z - y) ** 2)", hyperparameters: { w: weights } }) as const;

  it("weights the classes, in double and in single precision", () => {
    const graph = lossGraph(resolveLoss(weighted([1, 0.5, 0.1]), "keras3", 3));
    const { runLoss } = loadNative();
    const inDouble = runLoss(graph, Float64Array.of(3, 3, 3, 2, 2, 2), Float64Array.of(1, 0, 0, 0, 0, 1), 3);
    expect([...inDouble.values]).toEqual([4, 0.1]);
    expect([...inDouble.gradient]).toEqual([4, 0, 0, 0, 0, 0.2]);
    const inSingle = runLoss(graph, Float32Array.of(2, 2, 2), Float32Array.of(0, 0, 1), 3);
    expect([...inSingle.values]).toEqual([Math.fround(0.1)]);
  });

  it("has as many numbers as there are classes, except defaults", () => {
    expect(() => resolveLoss(weighted([1, 2]), "keras3", 3)).toThrow(
      "Expected 3 numbers, one per class, for `hyperparameters.w`, got 2.",
    );
    const alpha = { name: "categoricalFocalCrossentropy", alpha: [1, 2, 3, 4] } as const;
    expect(() => resolveLoss(alpha, "keras3", 3)).toThrow(
      "Expected 3 numbers, one per class, for `alpha`, got 4.",
    );
    expect(() => resolveLoss("sparseCategoricalCrossentropy", "keras3", 3)).not.toThrow();
  });

  it("is rejected by a run on a dataset with another number of classes", async () => {
    await expect(
      train({ dataset: await bands(), model: smallModel, loss: weighted([1, 2]), epochs: 0 }),
    ).rejects.toMatchObject({
      code: "CONFIG",
      message: expect.stringContaining("Expected 3 numbers"),
    });
  });

  it("is preserved in a result as plain data", () => {
    const resolved = resolveLoss({ name: "multiMargin", classWeights: [1, 2] }, "keras3");
    expect(resolveLoss(JSON.parse(JSON.stringify(resolved)), "pytorch")).toEqual(resolved);
    expect(resolved).toMatchObject({ classWeights: [1, 2], p: 1, margin: 1 });
  });
});

it("oneHot takes the first of several largest classes, and softplus is smooth at 0", () => {
  const { runLoss } = loadNative();
  const first = lossGraph(resolveLoss({ name: "a", formula: "sum(z * oneHot(y))" }, "keras3"));
  const { values } = runLoss(first, Float64Array.of(1, 2, 3, 4, 5, 6), Float64Array.of(0, 1, 1, 3, 3, 3), 3);
  expect([...values]).toEqual([2, 4]);
  const smooth = lossGraph(resolveLoss({ name: "b", formula: "sum(softplus(z))" }, "keras3"));
  const { gradient } = runLoss(smooth, Float64Array.of(0, 1000, -1000), Float64Array.of(0, 0, 0), 3);
  expect([...gradient]).toEqual([0.5, 1, 0]);
});

it.each([
  ["huber", "huber"],
  [{ name: "huber", delta: 0.1 }, "huber (delta 0.1)"],
  [
    { name: "sparseCategoricalCrossentropy", classWeights: [1, 2] },
    "sparseCategoricalCrossentropy (classWeights 1,2)",
  ],
  [{ name: "huber", delta: 0.1, label: "mine" }, "mine"],
  [{ name: "plain", formula: "mean(z - y)" }, "plain"],
] as const)("labels %j as %s", (input, label) => {
  expect(lossLabel(resolveLoss(input as LossConfig, "keras3"))).toBe(label);
});
