import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mnistDigit } from "../../src/data/mnist-digit.js";

/** A dark bar on a light picture. */
function bar({
  height = 60,
  width = 90,
  top = 5,
  left = 12,
  rows = 40,
  columns = 10,
  paper = 220,
  ink = 30,
} = {}) {
  const pixels = new Uint8Array(height * width).fill(paper);
  for (let y = top; y < top + rows; y++) pixels.fill(ink, y * width + left, y * width + left + columns);
  return { pixels, size: { height, width } };
}
const digitOf = ({ pixels, size }: ReturnType<typeof bar>) => mnistDigit(pixels, size);

/** The rows and columns with ink, and the centre of mass. */
function geometry(digit: Uint8Array) {
  const [rows, columns] = [new Set<number>(), new Set<number>()];
  let [mass, down, across] = [0, 0, 0];
  for (const [i, value] of digit.entries()) {
    if (value > 128) rows.add(Math.floor(i / 28));
    if (value > 128) columns.add(i % 28);
    mass += value;
    down += value * Math.floor(i / 28);
    across += value * (i % 28);
  }
  return { height: rows.size, width: columns.size, centre: [down / mass, across / mass] };
}

describe("a digit prepared like MNIST's", () => {
  it("is light on dark, fits 20 pixels with its aspect ratio, and is centred by mass", async () => {
    for (const size of [
      {},
      { top: 15, left: 70 },
      { rows: 12, columns: 40 },
      { height: 900, width: 1300, rows: 400, columns: 100 },
    ]) {
      const { height, width, centre } = geometry((await digitOf(bar(size)))!);
      expect([height, width]).toEqual(size.rows === 12 ? [6, 20] : [20, 5]);
      for (const place of centre) expect(Math.abs(place - 14)).toBeLessThanOrEqual(0.51);
    }
  });

  it("is the same of an inverted picture, and of paler ink", async () => {
    const digit = await digitOf(bar());
    expect(await digitOf(bar({ paper: 35, ink: 225 }))).toEqual(digit);
    expect(await digitOf(bar({ paper: 220, ink: 150 }))).toEqual(digit);
    expect(digit!.reduce((most, value) => Math.max(most, value))).toBe(255);
  });

  it("is found on paper that becomes darker in one direction", async () => {
    const { pixels, size } = bar();
    const shaded = pixels.map((value, i) => value - (i % 90) / 3 - Math.floor(i / 90) / 2);
    const { height, width } = geometry((await mnistDigit(shaded, size))!);
    expect([height, width]).toEqual([20, 5]);
  });

  it("is undefined for a picture without ink, or with faint noise only", async () => {
    expect(await digitOf(bar({ ink: 220 }))).toBeUndefined();
    const { pixels, size } = bar({ ink: 220 });
    const noisy = pixels.map((value, i) => value + ((i * 7) % 11));
    expect(await mnistDigit(noisy, size)).toBeUndefined();
  });

  it("is 28 x 28 bytes or undefined for any picture", async () => {
    const pictures = fc
      .tuple(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 24 }))
      .chain(([height, width]) =>
        fc.record({
          pixels: fc.uint8Array({ minLength: height * width, maxLength: height * width }),
          size: fc.constant({ height, width }),
        }),
      );
    await fc.assert(
      fc.asyncProperty(pictures, async ({ pixels, size }) => {
        const digit = await mnistDigit(pixels, size);
        if (digit === undefined) return;
        expect(digit).toHaveLength(784);
        expect(digit.reduce((most, value) => Math.max(most, value))).toBe(255);
      }),
      { numRuns: 60 },
    );
  });
});
