import { describe, expect, it } from "vitest";
import { compare, explain, train } from "../../src/index.js";
import { bands } from "../small-task.js";

const dataset = await bands(12);
const layers = [{ type: "flatten" }, { type: "dense", units: 3 }] as const; // its weights are 3 x 144
const OTHERS = "\nothers: { theta = theta - learningRate * g }";
const optimizerOf = (formula: string) => ({ name: "mine", formula, learningRate: 0.25 });
const run = (formula: string) =>
  train({ dataset, model: { layers }, epochs: 0, optimizer: optimizerOf(formula) });

describe("a formula that does not suit a parameter's shape is the formula's mistake", () => {
  it.each([
    [
      "parameters: { theta = theta - learningRate * flatten(g) }",
      "dense_0.bias: `flatten` needs rows and columns (call it in a block such as `matrices: { ... }`), and is given 3, in `flatten(g)`.",
    ],
    [
      "parameters: { theta = theta - g / rows(g) }",
      "dense_0.bias: `rows` needs rows and columns (call it in a block such as `matrices: { ... }`), and is given 3, in `rows(g)`.",
    ],
    [
      `matrices: { theta = theta - learningRate * transpose(g) }${OTHERS}`,
      "dense_0.weight: `-` needs equal shapes, or a number, a row or a column for one of them, and is given 3 x 144 and 144 x 3, in `theta - learningRate * transpose(g)`.",
    ],
    [
      `matrices: { theta = theta - matmul(g, g) }${OTHERS}`,
      "dense_0.weight: `matmul` needs as many columns on its left as rows on its right, and is given 3 x 144 and 3 x 144, in `matmul(g, g)`.",
    ],
    [
      `matrices: { theta = reshape(rowMean(g), theta) }${OTHERS}`,
      "dense_0.weight: `reshape` needs as many numbers in both, and is given 3 x 1 and 3 x 144, in `reshape(rowMean(g), theta)`.",
    ],
    [
      `matrices: { theta = matmul(g, transpose(g)) }${OTHERS}`,
      "dense_0.weight: `theta` is 3 x 144 and is assigned 3 x 3, in `matmul(g, transpose(g))`.",
    ],
    [
      `matrices: { m = transpose(m) + g\ntheta = theta - m }${OTHERS}`,
      "dense_0.weight: `+` needs equal shapes, or a number, a row or a column for one of them, and is given 144 x 3 and 3 x 144, in `transpose(m) + g`.",
    ],
  ])("%s", async (formula, message) => {
    await expect(run(formula)).rejects.toMatchObject({
      name: "OptimbenchError",
      code: "FORMULA",
      message: `The formula of optimizer "mine" does not fit ${message}`,
    });
  });

  it("in a study before its first run, and in an explanation", async () => {
    const optimizer = optimizerOf(`matrices: { theta = theta - transpose(g) * rowMean(g) }${OTHERS}`);
    const study = compare({ dataset, model: { layers }, epochs: 0, optimizers: ["sgd", optimizer] });
    await expect(study).rejects.toMatchObject({
      code: "FORMULA",
      message: expect.stringMatching(/^The formula of optimizer "mine" does not fit dense_0\.weight: /),
    });
    await expect(explain(optimizerOf("parameters: { theta = theta - transpose(g) }"))).rejects.toMatchObject({
      code: "FORMULA",
      message: expect.stringMatching(
        /^The formula of optimizer "mine" does not fit a parameter: `transpose` needs/,
      ),
    });
  });

  it("and quotes no more than the beginning of a long expression", async () => {
    const long = `matrices: { theta = theta - ${"0.5 * g + ".repeat(50)}transpose(g) }${OTHERS}`;
    await expect(run(long)).rejects.toThrow(/^.{0,400}\.\.\.`\.$/);
  });
});
