import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linearRange, logRange, roundSteps } from "../../../src/report/charts/ticks.js";

test("round steps", () => {
  expect(roundSteps(0.843, 0.997)).toEqual([0.86, 0.88, 0.9, 0.92, 0.94, 0.96, 0.98]);
  expect(roundSteps(0, 25)).toEqual([0, 5, 10, 15, 20, 25]);
});

test("round factors", () => {
  expect(logRange([0.02, 0.6]).ticks).toEqual([0.02, 0.05, 0.1, 0.2, 0.5]);
  expect(logRange([1e-9, 1]).ticks).toEqual([1e-8, 1e-6, 1e-4, 0.01, 1]);
  expect(logRange([1e-2, 1e38]).ticks).toEqual([1, 1e5, 1e10, 1e15, 1e20, 1e25, 1e30, 1e35, 1e40]);
  expect(logRange([0.1, 0.5]).ticks).toEqual([0.1, 0.15, 0.2, 0.3, 0.5]);
});

describe("a range contains its values and its ticks, and has ticks", () => {
  test.each([
    [
      "linear",
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      (values: number[]) => linearRange(values, [-Infinity, Infinity], 1e-3),
    ],
    ["logarithmic", fc.double({ min: 1e-30, max: 1e38, noNaN: true }), logRange],
  ] as const)("%s", (_, value, range) => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 20 }), (values) => {
        const { domain, ticks } = range(values);
        expect(domain[0]).toBeLessThan(domain[1]);
        for (const each of values) expect(each >= domain[0] && each <= domain[1]).toBe(true);
        expect(ticks.length).toBeGreaterThan(0);
        expect(ticks.length).toBeLessThan(21);
        const slack = (domain[1] - domain[0]) * 1e-6;
        for (const tick of ticks) expect(tick >= domain[0] - slack && tick <= domain[1] + slack).toBe(true);
      }),
    );
  });
});
