import { describe, expect, it } from "vitest";
import { parseUpdate } from "../../src/formula/parse-update.js";
import { planUpdate } from "../../src/formula/plan-update.js";
import { compare, explain, train } from "../../src/index.js";
import { bands } from "../small-task.js";

const dataset = await bands(12);
const layers = [{ type: "flatten" }, { type: "dense", units: 3 }] as const; // its weights are 3 x 144
const OTHERS = "\nothers: { theta = theta - learningRate * g }";
const optimizerOf = (formula: string) => ({ name: "mine", formula, learningRate: 0.25 });
const run = (formula: string) =>
  train({ dataset, model: { layers }, epochs: 0, optimizer: optimizerOf(formula) });

describe("a formula that does not fit a parameter's shape is rejected", () => {
  it.each([
    [
      "parameters: { theta = theta - learningRate * flatten(g) }",
      "dense_0.bias (3): `flatten` needs rows and columns (call it in a block such as `matrices: { ... }`), but got 3.",
      "(line 1, column 46)",
      "flatten",
    ],
    [
      "parameters: { theta = theta - g / rows(g) }",
      "dense_0.bias (3): `rows` needs rows and columns (call it in a block such as `matrices: { ... }`), but got 3.",
      "(line 1, column 35)",
      "rows",
    ],
    [
      "parameters: { theta = theta - matmul(g, g) }",
      "dense_0.weight (3 x 144): `matmul` needs matrices, with as many columns on its left as rows on its right, but got 3 x 144 and 3 x 144.",
      "(line 1, column 31)",
      "matmul",
    ],
    [
      "others: { theta = theta - matmul(g, g) }\nmatrices: { theta = theta - g }",
      "dense_0.bias (3): `matmul` needs matrices, with as many columns on its left as rows on its right, but got 3 and 3.",
      "(line 1, column 27)",
      "matmul",
    ],
    [
      `matrices: { theta = theta - learningRate * transpose(g) }${OTHERS}`,
      "dense_0.weight (3 x 144): `-` needs equal shapes, or a number, a row or a column for one of them, but got 3 x 144 and 144 x 3.",
      "(line 1, column 27)",
      "- learningRate",
    ],
    [
      `matrices: { theta = reshape(rowMean(g), theta) }${OTHERS}`,
      "dense_0.weight (3 x 144): `reshape` needs as many numbers in both, but got 3 x 1 and 3 x 144.",
      "(line 1, column 21)",
      "reshape",
    ],
    [
      `matrices: { theta = matmul(g, transpose(g)) }${OTHERS}`,
      "dense_0.weight (3 x 144): `theta` is 3 x 144 and is assigned 3 x 3.",
      "(line 1, column 13)",
      "theta",
    ],
    [
      `matrices: { m = transpose(m) + g\ntheta = theta - m }${OTHERS}`,
      "dense_0.weight (3 x 144): `+` needs equal shapes, or a number, a row or a column for one of them, but got 144 x 3 and 3 x 144.",
      "(line 1, column 30)",
      "+ g",
    ],
    [
      `matrices: {\n  s = g * s + rowMean(g)\n  theta = theta - transpose(s)\n}${OTHERS}`,
      "dense_0.weight (3 x 144): `-` needs equal shapes, or a number, a row or a column for one of them, but got 3 x 144 and 144 x 3.",
      "(line 3, column 17)",
      "- transpose",
    ],
  ])("%s", async (formula, problem, place, written) => {
    const error = await run(formula).catch((reason) => reason as Error);
    expect(error).toMatchObject({ name: "OptimbenchError", code: "FORMULA", path: "optimizer.formula" });
    const [message, line, caret] = (error as Error).message.split("\n") as [string, string, string];
    expect(message).toBe(
      `The formula of optimizer "mine" (\`optimizer.formula\`) does not fit ${problem} ${place}`,
    );
    expect(line.slice(caret.indexOf("^")).startsWith(written)).toBe(true);
  });

  it("in a study before its first run, and in an explanation", async () => {
    const optimizer = optimizerOf(`matrices: { theta = theta - transpose(g) * rowMean(g) }${OTHERS}`);
    const study = compare({ dataset, model: { layers }, epochs: 0, optimizers: ["sgd", optimizer] });
    await expect(study).rejects.toMatchObject({
      code: "FORMULA",
      path: "optimizers[1].formula",
      message: expect.stringContaining(
        'optimizer "mine" (`optimizers[1].formula`) does not fit dense_0.weight (3 x 144): ',
      ),
    });
    await expect(explain(optimizerOf("parameters: { theta = theta - transpose(g) }"))).rejects.toMatchObject({
      code: "FORMULA",
      message: expect.stringContaining('optimizer "mine" does not fit a parameter (1): `transpose` needs'),
    });
  });

  it("if its state starts as theta and changes its shape", () => {
    const text = `matrices: { z = matmul(z, transpose(z)); theta = theta - g * sum(z) }${OTHERS}`;
    const update = parseUpdate(text, { hyperparameters: {}, state: { z: "theta" } });
    expect(() => planUpdate(update, [{ name: "w", shape: [3, 5] }])).toThrow(
      "The formula does not fit w (3 x 5): `z` is 3 x 5 and is assigned 3 x 3.",
    );
  });
});

describe("a state has the shape that it is assigned", () => {
  const PARAMETERS = [
    { name: "kernel", shape: [8, 3, 5, 2] },
    { name: "weight", shape: [7, 4] },
    { name: "bias", shape: [7] },
  ];
  const statesOf = (text: string, layout: "keras" | "pytorch" = "pytorch") =>
    planUpdate(parseUpdate(text, { hyperparameters: {}, layout }), PARAMETERS).blocks.map(
      ({ parts, state }) =>
        parts.map((part) => Object.fromEntries(part.state.map((shape, i) => [state[i]!.name, shape]))),
    );
  const matrices = (assignment: string, layout?: "keras" | "pytorch") =>
    statesOf(`matrices: { s = ${assignment}; theta = theta - g * mean(s + 0 * g) }`, layout)[0]!.map(
      ({ s }) => s,
    );

  it.each([
    ["s + rowMean(g)", [8, 2, 3, 1], [7, 1]],
    ["s + columnMean(g)", [8, 2, 1, 5], [1, 4]],
    ["s + mean(g)", [], []],
    ["2 * s + rows(g)", [], []],
    ["where(t > 1e6, s + g, 0)", [8, 2, 3, 5], [7, 4]],
    ["where(t > 1e6, rowMean(g), s)", [8, 2, 3, 1], [7, 1]],
    ["where(rows(g) > columns(g), rowMean(g), s + mean(g))", [], [7, 1]],
    ["rowMean(s) * columnMean(g)", [8, 2, 1, 5], [1, 4]],
  ])("s = %s", (assignment, kernel, weight) => {
    expect(matrices(assignment)).toEqual([kernel, weight]);
  });

  it("in the framework's order of a parameter's axes", () => {
    expect(matrices("s + rowMean(g)", "keras")).toEqual([
      [3, 5, 2, 1],
      [4, 1],
    ]);
    expect(matrices("s + g", "keras")).toEqual([
      [3, 5, 2, 8],
      [4, 7],
    ]);
  });

  it("through other states", () => {
    const text =
      "matrices: { a = a + b; b = b + c; c = c + rowMean(g); theta = theta - g * (a + b + c) }\nothers: { m = m + g; theta = theta - m }";
    const [taken, others] = statesOf(text);
    expect(taken![1]).toEqual({ a: [7, 1], b: [7, 1], c: [7, 1] });
    expect(others).toEqual([{ m: [7] }]);
  });

  it("on the whole vector is as long as that, unless it is a number", () => {
    expect(statesOf("s = s + mean(g); n = n + t; theta = theta - n * sum(s)")).toEqual([
      [{ s: [8 * 3 * 5 * 2 + 7 * 4 + 7], n: [] }],
    ]);
  });
});
