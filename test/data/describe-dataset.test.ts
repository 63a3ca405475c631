import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeDataset } from "../../src/data/describe-dataset.js";
import { inMemoryDataset } from "../../src/data/in-memory.js";
import { loadEmbedded } from "../../src/data/named/embedded.js";
import "../property-seed.js";

/** Images of two pixels, as pairs of values, with labels. */
const imagesOf = (pairs: readonly (readonly [number, number])[]) => Uint8Array.from(pairs.flat());
const set = (...rows: readonly (readonly [number, number, number])[]) => ({
  images: imagesOf(rows.map(([a, b]) => [a, b])),
  labels: rows.map(([, , label]) => label),
});
const shape = { height: 1, width: 2 };

describe("describeDataset", () => {
  it("counts images per class, and duplicates within and across the sets", async () => {
    const dataset = await inMemoryDataset({
      ...set([1, 2, 0], [3, 4, 1], [1, 2, 0], [1, 2, 1], [5, 6, 1]),
      ...shape,
      classNames: ["cat", "dog", "owl"],
      validation: set([3, 4, 1]),
      test: set([1, 2, 0], [1, 2, 0], [3, 4, 2], [9, 9, 2]),
    });
    expect(await describeDataset(dataset)).toEqual({
      name: "in-memory",
      height: 1,
      width: 2,
      channels: 1,
      classes: 3,
      classNames: ["cat", "dog", "owl"],
      sets: [
        { set: "train", count: 5, perClass: [2, 3, 0], duplicates: 2, conflicts: 1 },
        { set: "validation", count: 1, perClass: [0, 1, 0], duplicates: 0, conflicts: 0 },
        { set: "test", count: 4, perClass: [2, 0, 2], duplicates: 1, conflicts: 0 },
      ],
      shared: [
        { set: "validation", earlier: "train", count: 1 },
        { set: "test", earlier: "train", count: 3 },
        { set: "test", earlier: "validation", count: 1 },
      ],
      values: { minimum: 1, maximum: 6, mean: [2.7], standardDeviation: [Math.sqrt(2.81)] },
      looksInverted: false,
    });
  });

  it("counts the groups and their sizes", async () => {
    const rows = set([1, 2, 0], [3, 4, 1], [5, 6, 0], [7, 8, 1], [9, 9, 1], [9, 8, 1], [9, 7, 0]);
    const groups = (list: readonly number[]) =>
      inMemoryDataset({ ...rows, ...shape, groups: [...list] }).then(async (dataset) => {
        const { groups } = await describeDataset(dataset);
        return groups;
      });
    expect(await groups([7, 7, 3, 7, 9, 9, 7])).toEqual({ count: 3, smallest: 1, median: 2, largest: 4 });
    expect(await groups([7, 7, 7, 7, 9, 9, 9])).toEqual({ count: 2, smallest: 3, median: 3.5, largest: 4 });
  });

  it("finds the duplicates and the statistics that a search through all pairs finds", async () => {
    const image = fc.tuple(
      fc.constantFrom(0, 128, 255),
      fc.constantFrom(0, 7),
      fc.integer({ min: 0, max: 1 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(image, { minLength: 1, maxLength: 12 }),
        fc.array(image, { maxLength: 5 }),
        async (train, test) => {
          const dataset = await inMemoryDataset({
            ...set(...train),
            ...shape,
            ...(test.length > 0 && { test: set(...test) }),
          });
          const { sets, shared, values } = await describeDataset(dataset);
          const same = (a: readonly number[], b: readonly number[]) => a[0] === b[0] && a[1] === b[1];
          const firsts = train.map((one) => train.findIndex((other) => same(one, other)));
          const duplicates = firsts.filter((first, i) => first < i);
          expect(sets[0]!.duplicates).toBe(duplicates.length);
          expect(sets[0]!.conflicts).toBe(
            firsts.filter((first, i) => train[first]![2] !== train[i]![2]).length,
          );
          const inBoth = test.filter((one) => train.some((other) => same(one, other))).length;
          expect(shared.map(({ count }) => count)).toEqual(inBoth > 0 ? [inBoth] : []);
          const all: number[] = train.flatMap(([a, b]) => [a as number, b]);
          const mean = all.reduce((sum, value) => sum + value) / all.length;
          expect(values.mean[0]).toBeCloseTo(mean, 9);
          const variance = all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length;
          expect(values.standardDeviation[0]).toBeCloseTo(Math.sqrt(variance), 9);
          expect([values.minimum, values.maximum]).toEqual([Math.min(...all), Math.max(...all)]);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("has a mean and a standard deviation per channel", async () => {
    const dataset = await inMemoryDataset({
      images: Uint8Array.of(0, 10, 200, 4, 10, 100),
      labels: [0, 1],
      channels: 3,
    });
    const { values } = await describeDataset(dataset);
    expect(values).toEqual({ minimum: 0, maximum: 200, mean: [2, 10, 150], standardDeviation: [2, 0, 50] });
  });

  it("notices images that are dark on light, and only those", async () => {
    const digits = await loadEmbedded("mnist-10k");
    const inverted = { ...digits, images: digits.images.map((value) => 255 - value) };
    expect((await describeDataset(digits)).looksInverted).toBe(false);
    expect((await describeDataset(inverted)).looksInverted).toBe(true);
    expect((await describeDataset(await loadEmbedded("fashion-mnist-10k"))).looksInverted).toBe(false);
  });

  it("reports how far it is, and lets other events happen in between", async () => {
    const [count, side] = [24, 512];
    const dataset = await inMemoryDataset({
      images: new Uint8Array(count * side * side),
      labels: new Uint8Array(count),
      height: side,
      width: side,
    });
    let [turns, isOver] = [0, false];
    const others = (async () => {
      while (!isOver) {
        await setImmediate();
        turns++;
      }
    })();
    const seen: (readonly [number, number])[] = [];
    await describeDataset(dataset, (done, total) => seen.push([done, total]));
    isOver = true;
    await others;
    expect(seen).toEqual([4, 8, 12, 16, 20, 24].map((done) => [done, 24]));
    expect(turns).toBeGreaterThanOrEqual(5);
  });
});
