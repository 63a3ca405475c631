import fc from "fast-check";
import { expect, it } from "vitest";
import { rangeValues } from "../../src/config/value-range.js";

const positive = fc.double({ min: 1e-12, max: 1e12, noNaN: true });
const any = fc.oneof(
  positive,
  fc.constant(0),
  positive.map((value) => -value),
);
const points = fc.integer({ min: 2, max: 50 });

it("has both ends, and increases or decreases between them", () => {
  fc.assert(
    fc.property(any, any, points, (from, to, count) => {
      fc.pre(Math.abs(to - from) > 1e-6 * (Math.abs(from) + Math.abs(to)));
      const values = rangeValues({ from, to, points: count });
      expect(values).toHaveLength(count);
      expect([values[0], values.at(-1)]).toEqual([from, to]);
      const sorted = values.toSorted((a, b) => Math.sign(to - from) * (a - b));
      expect(values).toEqual(sorted);
    }),
  );
});

it("has equal ratios between positive ends, and equal distances otherwise", () => {
  fc.assert(
    fc.property(positive, positive, points, (from, to, count) => {
      const values = rangeValues({ from, to, points: count, scale: "log" });
      const ratio = (to / from) ** (1 / (count - 1));
      for (let i = 1; i < count; i++) expect(values[i]! / values[i - 1]! / ratio).toBeCloseTo(1, 9);
    }),
  );
  expect(rangeValues({ from: -1, to: 1, points: 5 })).toEqual([-1, -0.5, 0, 0.5, 1]);
  expect(rangeValues({ from: 0, to: 0.9, points: 4 })).toEqual([0, 0.3, 0.6, 0.9]);
  expect(rangeValues({ from: 0.1, to: 1e-3, points: 3 })).toEqual([0.1, 0.01, 1e-3]);
});

it("rounds to whole numbers on request, each listed once", () => {
  expect(rangeValues({ from: 16, to: 256, points: 5 }, true)).toEqual([16, 32, 64, 128, 256]);
  expect(rangeValues({ from: 1, to: 4, points: 10 }, true)).toEqual([1, 2, 3, 4]);
});
