import { expect, it } from "vitest";
import { collectDefinition, withDefinitions } from "../../../src/cli/options/definitions.js";

const definitions = collectDefinition("b=theta = g", collectDefinition("a=theta = 2 * g"));

it("adds the formula to choices that name a definition", () => {
  expect(withDefinitions(["adam", { name: "a", learningRate: 0.1 }, "b"], definitions)).toEqual([
    "adam",
    { name: "a", learningRate: 0.1, formula: "theta = 2 * g" },
    { name: "b", formula: "theta = g" },
  ]);
});

it("appends definitions that no choice names", () => {
  expect(withDefinitions(["adam", "b"], definitions)).toEqual([
    "adam",
    { name: "b", formula: "theta = g" },
    { name: "a", formula: "theta = 2 * g" },
  ]);
});

it("reads other numbers after a definition's name as its hyperparameters", () => {
  const mine = { name: "a", learningRate: 0.1, beta: 0.5, label: "mine" };
  const expected = { name: "a", learningRate: 0.1, label: "mine", hyperparameters: { beta: 0.5 } };
  expect(withDefinitions([mine, "b"], definitions)[0]).toEqual({ ...expected, formula: "theta = 2 * g" });
  // Of a config read from a file, whose hyperparameters have their place already.
  expect(withDefinitions([expected, "b"], definitions)[0]).toEqual({ ...expected, formula: "theta = 2 * g" });
});

it("accepts a list as a hyperparameter, one number per class", () =>
  expect(withDefinitions([{ name: "a", weights: [1, 2] }], definitions)[0]).toMatchObject({
    hyperparameters: { weights: [1, 2] },
  }));

it("rejects a name that is defined twice", () =>
  expect(() => collectDefinition("a=theta = g", definitions)).toThrow('"a" is defined twice.'));
