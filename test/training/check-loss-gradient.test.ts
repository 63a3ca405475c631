import { describe, expect, it } from "vitest";
import type { Source } from "../../src/catalogue/semantics.js";
import { LOSS_NAMES, LOSSES, type LossConfig } from "../../src/losses/losses.js";
import { checkLossGradient } from "../../src/training/check-loss-gradient.js";

const mine = (formula: string, hyperparameters = {}) => ({ name: "mine", formula, hyperparameters });

describe("checkLossGradient", () => {
  const builtIn = LOSS_NAMES.flatMap((name) =>
    Object.keys(LOSSES[name].defaults).map((semantics) => ({ name, semantics: semantics as Source })),
  );
  // Its rates are exp(z), which overflow.
  const isPoissonOfLogs = ({ name, semantics }: (typeof builtIn)[number]) =>
    name === "poisson" && semantics === "pytorch";

  it.each(builtIn.filter((loss) => !isPoissonOfLogs(loss)))("passes $name of $semantics", (loss) => {
    for (const classes of [2, 7]) {
      const { summary, ...check } = checkLossGradient(loss as LossConfig, { classes });
      const compared = 12 * 16 * classes; // in five groups with finite differences, in seven with double precision
      expect(summary).toBe(
        `The gradient agrees with finite differences, and float32 with double precision, at all ${compared.toLocaleString("en")} points.`,
      );
      expect(check).toMatchObject({ passed: true, compared });
      expect(check.worst.error).toBeLessThan(1e-5);
      expect(check.worst.z).toHaveLength(classes);
      expect(check.worst.y.reduce((sum, each) => sum + each)).toBeCloseTo(1, 12);
    }
  });

  it("uses the given framework, and accepts rows", () => {
    expect(checkLossGradient("poisson", { semantics: "pytorch" }).formula).toBe("mean(exp(z) - y * z)");
    expect(checkLossGradient(mine("sum(w * abs(z - y))", { w: [1, 2] }), { classes: 2 }).passed).toBe(true);
    expect(() => checkLossGradient(mine("sum(w * abs(z - y))", { w: [1, 2] }))).toThrow(
      "Expected 10 numbers, one per class, for `hyperparameters.w`, got 2.",
    );
  });

  it("finds where PyTorch's Poisson loss leaves the range of float32", () => {
    const { passed, breakdown, worst } = checkLossGradient("poisson", { semantics: "pytorch", classes: 3 });
    expect(passed).toBe(false);
    expect(breakdown).toMatchObject({ part: "exp(z)", y: expect.anything() });
    expect(Math.max(...breakdown!.z)).toBeCloseTo(Math.log(2 ** 128), 4);
    expect(worst.z[worst.class]).toBe(Math.max(...breakdown!.z)); // a class with an infinite value
  });

  it("allows any slope between those of both sides at a kink", () => {
    const { passed, kinks } = checkLossGradient(mine("sum(abs(z)) + 0 * sum(y)"), { classes: 3 });
    expect(passed).toBe(true);
    expect(kinks).toBeGreaterThanOrEqual(16 * 3); // samples whose logits are all 0, and other zeros
  });

  it("does not mistake a change of curvature for a kink: probabilities at the delta of Huber's loss", () => {
    const loss = { name: "huber", delta: 0.1 } as const;
    expect(checkLossGradient(loss, { classes: 10 }).summary).toContain("agrees");
  });

  it("finds a gradient that is not a number, and shows where", () => {
    const check = checkLossGradient(mine("sum(sqrt(z * z) * y)"), { classes: 3 });
    expect(check).toMatchObject({ passed: false, worst: { z: [0, 0, 0], gradient: NaN, error: Infinity } });
    expect(check.summary).toContain(
      "the gradient is not a finite number, although the loss is, where all logits are 0.",
    );
  });

  it("finds a loss that is not a number", () => {
    const { passed, summary } = checkLossGradient(mine("sum(y * log(z))"));
    expect(passed).toBe(false);
    expect(summary).toContain("the loss is not a finite number where all logits are 0.");
  });

  it("finds a value at a single point", () => {
    const { passed, summary, worst } = checkLossGradient(mine("sum(abs(z - y) + where(z == 0, 1, 0) * z)"));
    expect(passed).toBe(false);
    expect(summary).toContain("The gradient is not the slope of the loss");
    expect(worst.z).toEqual(Array(10).fill(0));
  });

  it.each(["sum(y * where(z > 0, z + 1, z))", "sum(y * where(z >= 0, z, z - 1))", "sum(y * (z + sign(z)))"])(
    "does not mistake a jump at 0 for a kink: %s",
    (formula) => {
      const { passed, summary } = checkLossGradient(mine(formula), { classes: 3 });
      expect(passed).toBe(false);
      expect(summary).toContain("Check for a jump");
    },
  );

  it("finds a gradient that is 0 everywhere", () => {
    const { passed, summary } = checkLossGradient(mine("sum(abs(oneHot(z) - y))"));
    expect(passed).toBe(false);
    expect(summary).toContain("the model would not learn");
  });

  /** A formula, its first part that fails in float32, the replacement, and the size of the logits. */
  const broken: [formula: string, part: string, instead: string, size: number][] = [
    ["-sum(y * log(softmax(z)))", "log(softmax(z))", "logSoftmax(z)", 103],
    ["-log(sum(y * softmax(z)))", "log(sum(y * softmax(z)))", "sum(y * logSoftmax(z))", 88.7],
    ["log(sum(exp(z))) - sum(y * z)", "log(sum(exp(z)))", "(max(z) + log(sum(exp(z - max(z)))))", 88.7],
    ["mean(log(1 + exp(z)) - y * z)", "log(1 + exp(z))", "softplus(z)", 88.7],
    ["-sum(y * log(sigmoid(z)) - (1 - y) * softplus(z))", "log(sigmoid(z))", "-softplus(-z)", 88.7],
    ["-sum((1 - y) * log(1 - sigmoid(z)) - y * softplus(-z))", "log(1 - sigmoid(z))", "-softplus(z)", 16.6],
    ["sum((1 / (1 + exp(-z)) - y) ** 2)", "1 / (1 + exp(-z))", "sigmoid(z)", 88.7],
    ["sum((exp(z) / (1 + exp(z)) - y) ** 2)", "exp(z) / (1 + exp(z))", "sigmoid(z)", 88.7],
    ["sum((exp(z) / sum(exp(z)) - y) ** 2)", "exp(z) / sum(exp(z))", "softmax(z)", 88.7],
    ["sum(y * log(y)) - sum(y * logSoftmax(z))", "log(y)", "log(where(y > 0, y, 1))", 0],
    ["sum(sqrt(z * z) * y)", "sqrt(z * z)", "sqrt(maximum(z * z, 1e-12))", 0],
    ["sum(where(z > 1, log(z), z) * y)", "log(z)", "log(maximum(z, 1e-7))", 0],
    ["-sum(y * z) / norm(z)", "(-sum(y * z)) / norm(z)", "-sum(y * z) / maximum(norm(z), 1e-7)", 0],
  ];

  it.each(broken)(
    "reports where %s breaks in float32, and what to write instead",
    (formula, part, instead, size) => {
      const { passed, breakdown, summary, worst } = checkLossGradient(mine(formula), { classes: 3 });
      expect(passed).toBe(false);
      expect(breakdown).toMatchObject({ part, instead });
      // Processors differ in the last bits of exp and in its smallest result.
      const found = Math.max(...breakdown!.z.map(Math.abs));
      expect(Math.abs(found - size)).toBeLessThanOrEqual(0.2 * size);
      expect(summary).toContain(`Write ${instead} instead of ${part}.`);
      expect(worst).toMatchObject({ z: breakdown!.z, y: breakdown!.y, error: Number.POSITIVE_INFINITY });
    },
  );

  it.each(broken.filter(([, , , size]) => size > 0))(
    "accepts %s after this replacement",
    (formula, part, instead) => {
      expect(checkLossGradient(mine(formula.replace(part, instead)), { classes: 3 }).summary).toContain(
        "agrees",
      );
    },
  );

  it("finds a gradient that float32 loses while the loss stays finite", () => {
    const formula = "-sum(y * log(sigmoid(z) + 1e-9) + (1 - y) * log(1 - sigmoid(z) + 1e-9))";
    const { breakdown, summary, worst } = checkLossGradient(mine(formula), { classes: 3 });
    expect(breakdown).toMatchObject({ what: "precision" });
    expect(summary).toMatch(
      /the gradient is off by more than 1% where two logits are 1\d(\.\d)? apart \(z = 1\S+ 0 0\)\./,
    );
    expect(Math.abs(worst.gradient - worst.difference)).toBeGreaterThan(0.01);
  });

  it.each([3, 10])(
    "suggests a replacement for the log of a quotient of powers, for %i classes",
    (classes) => {
      const { breakdown } = checkLossGradient(mine("-sum(y * log(exp(z) / sum(exp(z))))"), { classes });
      expect(breakdown).toMatchObject({ part: "log(exp(z) / sum(exp(z)))", instead: "logSoftmax(z)" });
      if (classes === 10) expect(breakdown!.what).toBe("precision"); // precision is lost before anything is infinite
    },
  );

  it.each([
    "sum(z ** 3 - y)",
    "sum(tanh(z) ** 3 - y)",
    "-sum(y * logSoftmax(100 * z))",
    "sum(relu(z) ** 2 - y)",
    "sum(y * sigmoid(50 * z))",
  ])("does not mistake a smooth loss for one with a jump: %s", (formula) => {
    expect(checkLossGradient(mine(formula), { classes: 10 }).summary).toContain("agrees");
  });

  it("rejects unknown losses and options", () => {
    expect(() => checkLossGradient("huber", { classes: 1 })).toThrow(
      "Expected a whole number of at least 2 and at most 1000 for `classes`, got 1 (number).",
    );
    expect(() => checkLossGradient(mine("sum(q)"))).toThrow(
      'In the formula of loss "mine": Unknown name `q`.',
    );
  });
});
