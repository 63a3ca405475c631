import { describe, expect, it } from "vitest";
import { parseUpdate, type UpdateNames } from "../../src/formula/parse-update.js";
import { runUpdate } from "../../src/native/run-update.js";

/** Theta after each of three steps with the same gradient, starting from ones. */
function path(text: string, state: UpdateNames["state"] = {}, shapes?: number[][]) {
  const update = parseUpdate(text, { hyperparameters: {}, state });
  const steps = Array.from({ length: 3 }, () => ({
    gradient: Float64Array.of(1, 2, 3, 4),
    learningRate: 0.1,
  }));
  const ones = Float64Array.of(1, 1, 1, 1);
  return runUpdate(update, ones, steps, shapes && { shapes }).map((theta) => [...theta]);
}

describe("a state", () => {
  it.each([
    ["on the whole vector", "m = where(t < 3, 0, m + g); theta = theta - m"],
    ["on a parameter", "parameters: { m = where(t < 3, 0, m + g); theta = theta - m }"],
    ["that few steps change", "parameters: { m = where(t == 3, m + g, 0); theta = theta - m }"],
  ])("%s may be assigned a number first and a vector later", (_, text) =>
    expect(path(text, {}, [[2, 2]])).toEqual([
      [1, 1, 1, 1],
      [1, 1, 1, 1],
      [0, -1, -2, -3],
    ]),
  );

  it("is independent of another state that is assigned the same value", () => {
    const text =
      "matrices: { a = where(t == 2, a + g, a); b = where(t == 2, a, 2 * b); theta = theta - a - b }";
    expect(path(text, {}, [[2, 2]])).toEqual([
      [1, 1, 1, 1],
      [-1, -3, -5, -7],
      [-4, -9, -14, -19],
    ]);
  });

  it("is a vector on the whole vector, even if it is assigned a number", () =>
    expect(path("s = s + mean(g); theta = theta - sum(s) * g")[0]).toEqual([-9, -19, -29, -39]));

  it("has the shape of the assigned value on a parameter", () => {
    const text = "matrices: { l = l + matmul(g, transpose(g)); theta = theta - matmul(l, g) }";
    const [once, twice] = path(text, {}, [[2, 2]]) as [number[], number[]];
    const step = [38, 54, 86, 122]; // g gᵀ g with g = [[1, 2], [3, 4]]; l grows by g gᵀ per step
    expect(once).toEqual(step.map((each) => 1 - each));
    expect(twice).toEqual(step.map((each) => 1 - 3 * each));
  });

  it.each([
    "z = mean(z); theta = theta - z - 0 * g",
    "parameters: { z = mean(z); theta = theta - z - 0 * g }",
  ])("that starts as theta does so even if it is assigned a single number: %s", (text) =>
    expect(path(text, { z: "theta" }, [[2, 2]])[0]).toEqual([0, 0, 0, 0]),
  );
});
