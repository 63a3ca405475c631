import { expect, it } from "vitest";
import { pointsNumber } from "../../src/verdicts/texts.js";

it("writes points with two decimals, and smaller ones with two digits", () => {
  expect([0.0042, 0.000997, 0.0009, 0.0001, 0, -0.00083, 0.000083].map(pointsNumber)).toEqual([
    "0.42",
    "0.10",
    "0.09",
    "0.01",
    "0.00",
    "-0.08",
    "0.0083",
  ]);
});
