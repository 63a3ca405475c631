import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { summarise } from "../../src/statistics/summary.js";
import golden from "../golden/student_t.json" with { type: "json" };

describe("summarise", () => {
  it.each(golden.summaries)("agrees with SciPy: $values", ({ values, ...expected }) => {
    const { count, ...summary } = summarise(values);
    expect(count).toBe(values.length);
    for (const key of ["mean", "standardDeviation", "confidence95"] as const)
      expect(Math.abs(summary[key] - expected[key])).toBeLessThanOrEqual(1e-11 * Math.abs(expected[key]));
  });

  it("has no spread for a single value", () => {
    expect(summarise([3])).toEqual({ count: 1, mean: 3, standardDeviation: NaN, confidence95: NaN });
  });

  it("shifts with its values and does not change them", () => {
    const values = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(values, fc.double({ min: -1e3, max: 1e3, noNaN: true }), (sample, shift) => {
        const before = [...sample];
        const [here, there] = [summarise(sample), summarise(sample.map((value) => value + shift))];
        expect(sample).toEqual(before);
        expect(there.mean).toBeCloseTo(here.mean + shift, 8);
        expect(there.confidence95).toBeCloseTo(here.confidence95, 8);
      }),
    );
  });
});
