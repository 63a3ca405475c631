import { describe, expect, it } from "vitest";
import { typeset } from "../../scripts/docs/latex.mjs";

const latexOf = (expression: string) => /^& (.*)$/m.exec(typeset(expression)[0]!.latex)![1];

describe("a typeset expression", () => {
  it.each([
    ["a - (b - c)", "a - \\left(b - c\\right)"],
    ["(a - b) - c", "a - b - c"],
    ["a * (b + c)", "a \\, \\left(b + c\\right)"],
    ["a / b * c / d", "\\frac{a \\, c}{b \\, d}"],
    ["a / (b / c)", "\\frac{a \\, c}{b}"],
    ["(a + b) ** 2", "\\left(a + b\\right)^{2}"],
    ["(a ** b) ** c", "\\left(a^{b}\\right)^{c}"],
    ["1e-7 ** 2", "\\left(10^{-7}\\right)^{2}"],
    ["a * 0.5", "a \\cdot 0.5"],
    ["-(a + b)", "-\\left(a + b\\right)"],
    ["-sum(y * log(z))", "-\\sum y \\, \\log\\left(z\\right)"],
    ["sum(y) * a", "\\left(\\sum y\\right) \\, a"],
    ["theta + beta1 + learningRate", "\\theta + \\beta_{1} + \\eta"],
    ["weightDecay * epsilon", "\\mathit{weightDecay} \\, \\varepsilon"],
    ["where(t == 1, a, b)", "\\begin{cases} a & \\text{if } t = 1 \\\\ b & \\text{else} \\end{cases}"],
    ["softmax(z)", "\\operatorname{softmax}\\left(z\\right)"],
    ["matmul(x, transpose(x))", "x \\, x^{\\top}"],
  ])("of %s means the same", (text, latex) => expect(latexOf(text)).toBe(latex));
});

it("keeps labelled blocks apart, with their label", () => {
  const found = typeset("g = 2 * g\nmatrices: { theta = theta - g }\nevaluation = theta");
  expect(found.map(({ label }) => label)).toEqual([undefined, "matrices", undefined]);
  expect(found[1]!.latex).toBe("\\begin{aligned}\n\\theta &\\leftarrow \\theta - g\n\\end{aligned}");
});
