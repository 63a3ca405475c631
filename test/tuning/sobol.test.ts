import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { MOST_DIMENSIONS, sobolPoint } from "../../src/tuning/sobol.js";

const { points } = JSON.parse(readFileSync(new URL("../golden/sobol.json", import.meta.url), "utf8")) as {
  points: number[][];
};

test("the Sobol sequence equals SciPy's in every dimension, bit for bit", () => {
  expect(points).toHaveLength(64);
  const unshifted = Array<number>(MOST_DIMENSIONS).fill(0);
  expect(points.map((_, n) => sobolPoint(n, unshifted))).toEqual(points);
});

test("a digital shift keeps one point of 16 in each sixteenth of every dimension", () => {
  const shifts = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x12345678, 5, 6, 7, 8];
  const shifted = Array.from({ length: 16 }, (_, n) => sobolPoint(n, shifts));
  for (let dimension = 0; dimension < MOST_DIMENSIONS; dimension++) {
    const cells = shifted.map((point) => Math.floor(16 * point[dimension]!)).sort((a, b) => a - b);
    expect(cells).toEqual(Array.from({ length: 16 }, (_, i) => i));
  }
});
