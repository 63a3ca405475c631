import { describe, expect, it } from "vitest";
import { checkLossGradient } from "../src/check-loss-gradient.js";
import type { Source } from "../src/config/semantics.js";
import { LOSS_NAMES, LOSSES, type LossConfig } from "../src/losses/losses.js";

const mine = (formula: string, hyperparameters = {}) => ({ name: "mine", formula, hyperparameters });

describe("checkLossGradient", () => {
  const builtIn = LOSS_NAMES.flatMap((name) =>
    Object.keys(LOSSES[name].defaults).map((semantics) => ({ name, semantics: semantics as Source })),
  );
  it.each(builtIn)("passes $name of $semantics", (loss) => {
    for (const classes of [2, 7]) {
      const { summary, ...check } = checkLossGradient(loss as LossConfig, { classes });
      expect(summary).toBe(`The gradient agrees with finite differences at all ${3 * 16 * classes} places.`);
      expect(check).toMatchObject({ passed: true, compared: 3 * 16 * classes });
      expect(check.worst.error).toBeLessThan(1e-5);
      expect(check.worst.z).toHaveLength(classes);
      expect(check.worst.y.reduce((sum, each) => sum + each)).toBeCloseTo(1, 12);
    }
  });

  it("takes the framework that it is told, and rows", () => {
    expect(checkLossGradient("poisson", { semantics: "pytorch" }).formula).toBe("mean(exp(z) - y * z)");
    expect(checkLossGradient(mine("sum(w * abs(z - y))", { w: [1, 2] }), { classes: 2 }).passed).toBe(true);
    expect(() => checkLossGradient(mine("sum(w * abs(z - y))", { w: [1, 2] }))).toThrow(
      "Expected 10 numbers, one a class, for `w` of the loss mine, got 2.",
    );
  });

  it("allows any slope between those of both sides at a kink", () => {
    const { passed, kinks } = checkLossGradient(mine("sum(abs(z)) + 0 * sum(y)"), { classes: 3 });
    expect(passed).toBe(true);
    expect(kinks).toBe(16 * 3); // the logits that are all 0
  });

  it("finds a gradient that is no number, and shows where", () => {
    const check = checkLossGradient(mine("sum(sqrt(z * z) * y)"), { classes: 3 });
    expect(check).toMatchObject({ passed: false, worst: { z: [0, 0, 0], gradient: NaN, error: Infinity } });
    expect(check.summary).toContain(
      "The gradient is not a finite number at some logits, although the loss is.",
    );
  });

  it("finds a loss that is no number", () => {
    const { passed, summary } = checkLossGradient(mine("sum(y * log(z))"));
    expect(passed).toBe(false);
    expect(summary).toContain("The loss is not a finite number at some logits.");
  });

  it("finds a value that one point alone has", () => {
    const { passed, summary, worst } = checkLossGradient(mine("sum(abs(z - y) + where(z == 0, 1, 0) * z)"));
    expect(passed).toBe(false);
    expect(summary).toContain("The gradient is not the slope of the loss");
    expect(worst.z).toEqual(Array(10).fill(0));
  });

  it("finds a gradient that is 0 everywhere", () => {
    const { passed, summary } = checkLossGradient(mine("sum(abs(oneHot(z) - y))"));
    expect(passed).toBe(false);
    expect(summary).toContain("nothing would learn");
  });

  it("refuses what it does not know", () => {
    expect(() => checkLossGradient("huber", { classes: 1 })).toThrow(
      "Expected a number at least 2 and at most 1000 for `classes`, got 1 (number).",
    );
    expect(() => checkLossGradient(mine("sum(q)"))).toThrow(
      'In the formula of loss "mine": Unknown name `q`.',
    );
  });
});
