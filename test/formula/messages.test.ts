import { describe, expect, it } from "vitest";
import { parseLoss } from "../../src/formula/parse-loss.js";
import { parseUpdate, type UpdateNames } from "../../src/formula/parse-update.js";

const update = (text: string, names: Partial<UpdateNames> = {}) =>
  parseUpdate(text, { hyperparameters: {}, ...names });
const loss = (text: string) => parseLoss(text, { hyperparameters: {} });

describe("the position of an error in a formula is shown", () => {
  it("under its line", () => {
    expect(() => update("m = 0.9 * m + g\ntheta = theta - learningrate * m")).toThrow(
      [
        'Unknown name `learningrate`. Did you mean "learningRate"? (line 2, column 17)',
        "  theta = theta - learningrate * m",
        "                  ^",
      ].join("\n"),
    );
  });

  it("in the part of a very long line around it", () => {
    const text = `theta = theta - ${"0.5 * ".repeat(100)}gg`;
    const [, line, caret] = message(() => update(text)).split("\n");
    expect(line!.length).toBeLessThan(110);
    expect(line!.slice(caret!.indexOf("^"))).toBe("gg");
  });
});

/** The message without line and caret. */
const message = (parse: () => unknown): string => {
  try {
    parse();
  } catch (error) {
    expect(error).toMatchObject({ name: "OptimbenchError", code: "FORMULA" });
    return (error as Error).message;
  }
  throw new Error("nothing was wrong");
};
const firstLine = (parse: () => unknown) => message(parse).split("\n")[0]!;

const UPDATE_FUNCTIONS =
  "abs, sign, sqrt, square, exp, log, tanh, sigmoid, softplus, relu, minimum, maximum, clip, where, sum, mean, max, min, norm";

it.each([
  [
    "theta = theta - sqr(g)",
    `Unknown function \`sqr\`. Did you mean "sqrt"? Known: ${UPDATE_FUNCTIONS}. (line 1, column 17)`,
  ],
  ["theta = softmax(g)", "`softmax` works along the classes, and only in losses. (line 1, column 9)"],
  [
    "theta = theta - t(g)",
    `Unknown function \`t\`. Write \`*\` to multiply. Known: ${UPDATE_FUNCTIONS}. (line 1, column 17)`,
  ],
  ["theta = theta - 2(g)", "Only functions can be called. Write `*` to multiply. (line 1, column 17)"],
  ["theta = theta - 2 g", "Unexpected `g`. Write `*` to multiply. (line 1, column 19)"],
  ["theta = theta - 2g", "Unexpected `g`. Write `*` to multiply. (line 1, column 18)"],
  ["theta = theta - sqrt * g", "Unknown name `sqrt`. It is a function: write sqrt(...). (line 1, column 17)"],
  ["theta = theta - constructor * g", "Unknown name `constructor`. (line 1, column 17)"],
  ["theta = theta - clip(g, 1)", "`clip` takes 3 arguments, not 2. (line 1, column 17)"],
  ["theta = theta - abs(g, 1)", "`abs` takes 1 argument, not 2. (line 1, column 17)"],
  [
    "theta = theta - norm(t) * g",
    "`norm` needs several numbers, but got a single number. (line 1, column 17)",
  ],
  ["theta = g > 0 ? 1 : 2", "Use where(condition, a, b) instead of `? :`. (line 1, column 9)"],
  ["theta = g && 1", "Use where(condition, a, b), or multiply the conditions. (line 1, column 9)"],
  ["theta = Math.sqrt(g)", "Names have no members: write sqrt(x), not Math.sqrt(x). (line 1, column 9)"],
  ["theta = g.x", "Names have no members: write sqrt(x), not Math.sqrt(x). (line 1, column 9)"],
  ["theta = 'g'", "Expected a number. (line 1, column 9)"],
  ["theta = 5n * g", "Expected a number. (line 1, column 9)"],
  [
    "theta = { g }",
    "A formula can contain only numbers, names, arithmetic and functions. (line 1, column 9)",
  ],
  [
    "theta = import('fs')",
    "A formula can contain only numbers, names, arithmetic and functions. (line 1, column 9)",
  ],
  [
    "theta = g ^ 2",
    "The operator `^` is not supported in formulas. Write `**` for a power. (line 1, column 9)",
  ],
  ["theta = g % 2", "The operator `%` is not supported in formulas. (line 1, column 9)"],
  ["theta = 0 < g < 1", "Comparisons cannot be chained: multiply two of them. (line 1, column 9)"],
  [
    "theta = theta - -g ** 2",
    "Unexpected `**`. `-x ** 2` needs parentheses: `-(x ** 2)` or `(-x) ** 2`. (line 1, column 20)",
  ],
  ["theta = a = g", "Write an assignment as a separate statement. (line 1, column 9)"],
  ["theta = g = 1", "Write an assignment as a separate statement. (line 1, column 9)"],
  ["theta -= g", "Write `-=` out: `theta = theta - ...`. (line 1, column 1)"],
  ["theta = (theta - g", "Unexpected end of the formula. (line 1, column 19)"],
  ["all: all: theta = g", "Unexpected label `all`. Blocks cannot contain blocks. (line 1, column 6)"],
  ["theta = if * g", "Unexpected `if`. (line 1, column 9)"],
  ["theta = theta - g)", "Unexpected `)`. (line 1, column 18)"],
  ["2 * theta = g", "Expected a name to assign to. (line 1, column 1)"],
  ["theta = 0b2 * g", "`0b2` is not a number. (line 1, column 11)"],
  ["theta = 1_0__0 * g", "Write numbers without `_`. (line 1, column 13)"],
  ["yield = g", "`yield` cannot be used in a formula. (line 1, column 1)"],
  ["theta = g /* half", "The comment is not closed. (line 1, column 11)"],
  ["let theta = g", "Expected `name = expression` or an expression. (line 1, column 1)"],
  ["while (1) theta = g", "Expected `name = expression` or an expression. (line 1, column 1)"],
  [
    "theta = theta\n  - g",
    "Expected `name = expression`. A statement ends at the end of its line: end the previous line with the operator, or use parentheses. (line 2, column 3)",
  ],
  [
    "theta = theta\n  * g",
    "Unexpected `*`. A statement ends at the end of its line: end the previous line with the operator, or use parentheses. (line 2, column 3)",
  ],
  ["g = 0; theta = g", "The formula never uses the gradient `g`."],
  [
    "t = 0; theta = g - t",
    "`t` is an input and cannot be assigned. Assign to another name. (line 1, column 1)",
  ],
  [
    "matrix: { theta = g }",
    "Unknown block `matrix`. Known: all, parameters, matrices, vectors, dense, hidden, others. (line 1, column 1)",
  ],
  [
    "matrices: { evaluation = theta; theta = g }",
    "Assign `evaluation` outside this block: it must cover every parameter. (line 1, column 13)",
  ],
  ["matrices: { }", "The block `matrices` is empty. (line 1, column 1)"],
  [
    "theta = theta - rowMean(g)",
    "`rowMean` works on the rows and columns of a parameter: call it in a block such as `matrices: { ... }`. (line 1, column 17)",
  ],
  [
    "vectors: { theta = theta - rowMean(g) }",
    "`rowMean` works on the rows and columns of a parameter: call it in a block such as `matrices: { ... }`. (line 1, column 28)",
  ],
  ["t = 0; theta = g", "`t` is an input and cannot be assigned. Assign to another name. (line 1, column 1)"],
  ["sqrt = g; theta = sqrt", "`sqrt` is a function. Assign to another name. (line 1, column 1)"],
  ["m = g; theta = theta - g", "`m` is assigned but never used. (line 1, column 1)"],
  ["v = g", "The formula never assigns `theta`, so the model would not learn."],
  ["theta = 0.9 * theta", "The formula never uses the gradient `g`."],
  ["  // nothing", "The formula is empty."],
  ["g".repeat(10_001), "A formula can have at most 10000 characters, but this one has 10001."],
  [
    `theta = g${" + g".repeat(300)}`,
    "Nested too deeply. Assign parts of the expression to names. (line 1, column 9)",
  ],
])("update: %s", (text, expected) => {
  expect(firstLine(() => update(text))).toBe(expected);
});

it.each([
  [{ hyperparameters: { mu: 1 } }, "The hyperparameter `mu` is never used. Use it or remove it."],
  [{ state: { m: 0 } }, "The state `m` is never used. Use it or remove it."],
  [{ hyperparameters: { t: 1 } }, "`t` is reserved in formulas. Choose another name."],
  [{ state: { abs: 1 } }, "`abs` is reserved in formulas. Choose another name."],
  [{ state: { "a-b": 1 } }, "`a-b` is not a valid name in a formula: use letters, digits and _."],
])("names: %j", (names, expected) => {
  expect(firstLine(() => update("theta = theta - g", names))).toBe(expected);
});

it("a state that never changes, and a name with two meanings", () => {
  const text = "theta = theta - m * g";
  expect(firstLine(() => update(text, { state: { m: 1 } }))).toBe(
    "The state `m` never changes. Assign it, or make it a hyperparameter.",
  );
  expect(firstLine(() => update(text, { hyperparameters: { m: 1 }, state: { m: 1 } }))).toBe(
    "`m` is both a hyperparameter and a state. Choose another name for one.",
  );
  expect(firstLine(() => update(`m = g; ${text}`, { hyperparameters: { m: 1 } }))).toBe(
    "`m` is an input and cannot be assigned. Assign to another name. (line 1, column 1)",
  );
});

it.each([
  [
    "abs(softmax(z) - y)",
    "A loss must be one number per sample, but this is one per class: wrap it in sum(...) or mean(...). (line 1, column 1)",
  ],
  ["sum(y)", "The loss does not depend on `z`, the logits, so the model would not learn."],
  [
    "p = softmax(z)",
    "The last statement must be the loss: an expression, not an assignment. (line 1, column 1)",
  ],
  [
    "sum(z); sum(y)",
    "Only the last statement may be an expression; the others must be assignments. (line 1, column 1)",
  ],
  ["softmax(sum(z))", "`softmax` needs one number per class, but got a single number. (line 1, column 1)"],
  ["y = z; sum(y)", "`y` is an input and cannot be assigned. Assign to another name. (line 1, column 1)"],
  ["p = y; sum(z)", "`p` is assigned but never used. (line 1, column 1)"],
  ["sum(theta)", "Unknown name `theta`. (line 1, column 5)"],
])("loss: %s", (text, expected) => {
  expect(firstLine(() => loss(text))).toBe(expected);
});

it("a number too large for a float64", () => {
  expect(firstLine(() => update("theta = theta - 1e999 * g"))).toBe(
    "Expected a finite number. (line 1, column 17)",
  );
});
