import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { didYouMean, nearest } from "../../src/config/nearest.js";

const NAMES = ["adam", "sgd", "rmsprop", "adagrad"];

describe("nearest", () => {
  it("finds a name with a slip", () => {
    expect(nearest("admm", NAMES)).toBe("adam");
    expect(nearest("RMSProp", NAMES)).toBe("rmsprop");
    expect(nearest("adagard", NAMES)).toBe("adagrad");
  });

  it("suggests nothing for a word unlike any", () => {
    expect(didYouMean("lbfgs", NAMES)).toBe("");
  });

  it("finds every name itself, whatever the case", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{3,12}$/), { minLength: 1 }), (names) => {
        for (const name of names) expect(nearest(name.toUpperCase(), names)).toBe(name);
      }),
    );
  });
});
