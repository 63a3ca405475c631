import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { split } from "../../src/data/split.js";

const seeds = fc.integer({ min: 0, max: 2 ** 31 });
const sizes = fc
  .tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 200 }), fc.nat(100))
  .map(([train, validation, rest]) => ({ train, validation, count: train + validation + rest }));

describe("split", () => {
  it("draws the requested numbers without duplicates, the same for the same seed", () => {
    fc.assert(
      fc.property(sizes, seeds, ({ count, ...sizes }, seed) => {
        const { train, validation } = split(count, sizes, seed);
        expect([train.length, validation.length]).toEqual([sizes.train, sizes.validation]);
        const all = [...train, ...validation];
        expect(new Set(all).size).toBe(all.length);
        expect(all.every((index) => index < count)).toBe(true);
        expect(split(count, sizes, seed)).toEqual({ train, validation });
      }),
    );
  });

  it("validates with the same images for any number of training images", () => {
    const few = split(1000, { train: 10, validation: 100 }, 3);
    const many = split(1000, { train: 900, validation: 100 }, 3);
    expect(few.validation).toEqual(many.validation);
    expect(many.train.subarray(0, 10)).toEqual(few.train);
  });

  it("differs between seeds and covers the whole dataset", () => {
    const { validation } = split(10_000, { train: 8000, validation: 2000 }, 0);
    expect(split(10_000, { train: 8000, validation: 2000 }, 1).validation).not.toEqual(validation);
    const perTenth = Array.from(
      { length: 10 },
      (_, i) => validation.filter((v) => Math.floor(v / 1000) === i).length,
    );
    for (const drawn of perTenth) expect(Math.abs(drawn - 200)).toBeLessThan(60);
  });

  it("never changes, because saved results depend on it", () => {
    const { train, validation } = split(10, { train: 6, validation: 4 }, 0);
    expect([[...train], [...validation]]).toEqual([
      [7, 5, 3, 2, 0, 6],
      [4, 8, 1, 9],
    ]);
  });

  it("names sizes that do not fit", () => {
    expect(() => split(10_000, { train: 9000, validation: 2000 }, 0)).toThrow(
      "Cannot split 10,000 images into 9,000 for training and 2,000 for validation, 11,000 in total. Reduce `split.train` or `split.validation`.",
    );
    expect(() => split(10, { train: 0, validation: 2 }, 0)).toThrow(
      "Expected a whole number of at least 1 for `split.train`, got 0.",
    );
    expect(() => split(10, { train: 1, validation: 1.5 }, 0)).toThrow("`split.validation`, got 1.5.");
  });
});
