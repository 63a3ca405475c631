import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { split } from "../../src/data/split.js";
import { splitDataset } from "../../src/data/split-dataset.js";

const seeds = fc.integer({ min: 0, max: 2 ** 31 });
const lists = fc.array(fc.nat(5), { minLength: 2, maxLength: 200 });
const counted = (values: Iterable<number>) => {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
};
/** The sizes of a split of that many images. */
const sizesOf = (count: number, share: number, rest: number) => {
  const validation = Math.max(1, Math.min(count - 1, Math.round(share * count)));
  return { validation, train: Math.max(1, count - validation - (rest % (count - validation))) };
};
const cases = fc.tuple(lists, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(50), seeds);

describe("splitDataset", () => {
  it("draws as it always has, unless asked to do otherwise", () => {
    const dataset = { count: 10, labels: new Uint8Array(10) };
    const sizes = { train: 6, validation: 4 };
    expect(splitDataset(dataset, sizes, 0)).toEqual(split(10, sizes, 0));
    expect(splitDataset(dataset, { ...sizes, stratified: false }, 0)).toEqual(split(10, sizes, 0));
  });

  it("gives each class its share of both parts, within one image", () => {
    fc.assert(
      fc.property(cases, ([list, share, rest, seed]) => {
        const labels = Uint8Array.from(list);
        const sizes = sizesOf(labels.length, share, rest);
        const { train, validation } = splitDataset(
          { count: labels.length, labels },
          { ...sizes, stratified: true },
          seed,
        );
        expect([train.length, validation.length]).toEqual([sizes.train, sizes.validation]);
        expect(new Set([...train, ...validation]).size).toBe(sizes.train + sizes.validation);
        const all = counted(labels);
        const held = counted([...validation].map((index) => labels[index]!));
        const trained = counted([...train].map((index) => labels[index]!));
        for (const [label, count] of all) {
          const expected = (sizes.validation * count) / labels.length;
          expect(Math.abs((held.get(label) ?? 0) - expected)).toBeLessThan(1);
          const left = count - (held.get(label) ?? 0);
          const share = (sizes.train * left) / (labels.length - sizes.validation);
          expect(Math.abs((trained.get(label) ?? 0) - share)).toBeLessThan(1);
        }
      }),
    );
  });

  it("never divides a group, and fills the parts as far as whole groups allow", () => {
    fc.assert(
      fc.property(cases, ([list, share, rest, seed]) => {
        const groups = Uint32Array.from(list);
        const { train: trainSize, validation: validationSize } = sizesOf(groups.length, share, rest);
        const dataset = { count: groups.length, labels: new Uint8Array(groups.length), groups };
        const sizes = { train: trainSize, validation: validationSize };
        const smallest = Math.min(...counted(groups).values());
        if (smallest > validationSize) {
          expect(() => splitDataset(dataset, sizes, seed)).toThrow(
            `\`split.validation\` is ${validationSize}, but each group has more images: the smallest has ${smallest}.`,
          );
          return;
        }
        const { train, validation } = splitDataset(dataset, sizes, seed);
        const held = new Set([...validation].map((index) => groups[index]!));
        expect([...train].filter((index) => held.has(groups[index]!))).toEqual([]);
        for (const group of held)
          expect([...validation].filter((index) => groups[index] === group).length).toBe(
            counted(groups).get(group),
          );
        expect(train.length).toBe(trainSize);
        expect(validation.length).toBeLessThanOrEqual(validationSize);
        for (const [group, count] of counted(groups))
          if (!held.has(group)) expect(validation.length + count).toBeGreaterThan(validationSize);
        expect(splitDataset(dataset, sizes, seed)).toEqual({ train, validation });
      }),
    );
  });

  it("draws the same validation groups for any number of training images", () => {
    const groups = Uint32Array.from({ length: 60 }, (_, i) => i % 12);
    const dataset = { count: 60, labels: new Uint8Array(60), groups };
    const few = splitDataset(dataset, { train: 5, validation: 15 }, 3);
    const many = splitDataset(dataset, { train: 45, validation: 15 }, 3);
    expect(few.validation).toEqual(many.validation);
    expect(few.train).toEqual(many.train.slice(0, 5));
  });

  it("draws validation images from the validation set", () => {
    const validation = { count: 6, images: new Uint8Array(6), labels: Uint8Array.of(0, 0, 0, 0, 1, 1) };
    const dataset = { count: 9, labels: Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 1, 1), validation };
    const all = splitDataset(dataset, { train: 9, validation: 6 }, 1);
    expect([all.train.toSorted(), all.validation.toSorted()].map((part) => part.length)).toEqual([9, 6]);
    const part = splitDataset(dataset, { train: 3, validation: 3, stratified: true }, 1);
    expect([...part.train].map((index) => dataset.labels[index]).sort()).toEqual([0, 0, 1]);
    expect([...part.validation].map((index) => validation.labels[index]).sort()).toEqual([0, 0, 1]);
  });
});
