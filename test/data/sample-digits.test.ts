import { decode } from "fast-png";
import { describe, expect, it } from "vitest";
import { inMemoryDataset } from "../../src/data/in-memory.js";
import { sampleDigits } from "../../src/data/sample-digits.js";

/** Class 0: two images of 28 x 28, all 10 or all 20; class 1: one image, all 30. */
const plain = await inMemoryDataset({
  images: Uint8Array.from({ length: 3 * 784 }, (_, i) => 10 * (1 + Math.floor(i / 784))),
  labels: [0, 0, 1],
});
/** A tile has 56 pixels and a gap of 4. */
const middle = (n: number) => 4 + n * 60 + 28;

describe("sampleDigits", () => {
  it("has no more columns than the largest class has images", () => {
    expect(decode(sampleDigits(plain, { perClass: 3 })).width).toBe(2 * 60 + 4);
  });

  it("shows a row per class, with unchanged images enlarged by a whole factor", async () => {
    const image = decode(sampleDigits(plain, { perClass: 3 }));
    expect(image).toMatchObject({ width: 2 * 60 + 4, height: 2 * 60 + 4, channels: 1, depth: 8 });
    const at = (row: number, column: number) => image.data[middle(row) * image.width + middle(column)];
    expect([at(0, 0), at(0, 1)].sort()).toEqual([10, 20]);
    // Two images of class 0 and one of class 1, whose other tile stays empty.
    expect([at(1, 0), at(1, 1)]).toEqual([30, 255]);
  });

  it("keeps each pixel sharp", async () => {
    const dataset = await inMemoryDataset({ images: Uint8Array.of(0, 50, 100, 150), labels: [1] });
    const { data, width } = decode(sampleDigits(dataset, { perClass: 1 }));
    // 2 x 2 pixels of 28 each, after gaps of 56.
    const inside = (y: number, x: number) => data[(56 + 112 + y) * width + 56 + x];
    expect([inside(0, 27), inside(0, 28), inside(27, 0), inside(28, 0), inside(55, 55)]).toEqual([
      0, 50, 0, 100, 150,
    ]);
    expect(new Set(data)).toEqual(new Set([255, 0, 50, 100, 150]));
  });

  it("shows three channels as colours", async () => {
    const dataset = await inMemoryDataset({
      images: Uint8Array.of(1, 2, 3, 4, 5, 6),
      labels: [0, 1],
      channels: 3,
    });
    const { data, channels, width } = decode(sampleDigits(dataset, { perClass: 1 }));
    expect(channels).toBe(3);
    expect([...data.subarray((112 * width + 112) * 3, (112 * width + 112) * 3 + 3)]).toEqual([1, 2, 3]);
  });

  it("reduces large images by a whole factor, to the mean of the pixels", async () => {
    const [height, width] = [100, 150]; // by 2
    const dataset = await inMemoryDataset({
      images: Uint8Array.from({ length: height * width }, (_, i) => ((i % width) % 2 === 0 ? 60 : 100)),
      labels: [1],
      ...{ height, width },
    });
    const image = decode(sampleDigits(dataset, { perClass: 1 }));
    expect(image).toMatchObject({ width: 75 + 4, height: 2 * 52 + 2 });
    expect(image.data[(2 + 52 + 25) * image.width + 2 + 37]).toBe(80);
  });

  it("stays small for any images and classes", async () => {
    const large = await inMemoryDataset({
      images: new Uint8Array(3 * 1024 * 1024),
      labels: [255],
      channels: 3,
    });
    const { width, height } = decode(sampleDigits(large, { perClass: 100 }));
    expect(width * height).toBeLessThan(1.5 * 2 ** 23);
  });

  it("selects images by the seed", async () => {
    const draw = (seed: number) => Buffer.from(sampleDigits(plain, { perClass: 1, seed }));
    expect(draw(5).equals(draw(5))).toBe(true);
    expect(new Set([0, 1, 2, 3, 4, 5, 6, 7].map((seed) => draw(seed).toString("hex"))).size).toBe(2);
  });
});
