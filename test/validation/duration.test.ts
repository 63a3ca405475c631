import { expect, it } from "vitest";
import { durationAbove, durationSchema, durationSeconds } from "../../src/validation/duration.js";
import { parse } from "../../src/validation/parse.js";

it("reads seconds, minutes, hours and days", () =>
  expect(["90s", "10m", "1.5h", "2d"].map(durationSeconds)).toEqual([90, 600, 5400, 172_800]));

it.each(["0", "0s", "soon", "10", "-5m", "5 m", "m", "1e3s", ""])("rejects %j", (text) =>
  expect(() => parse(durationSchema, text, "budget")).toThrow('such as "90s", "10m" or "2h", got'),
);

it("names the shortest duration in whole units", () =>
  expect([0.2, 14.1, 600, 601, 40_000].map(durationAbove)).toEqual(["1s", "15s", "600s", "11m", "12h"]));

it("names a duration that is not too short", () => {
  for (const seconds of [0.01, 59.5, 100.5, 6001, 360_001])
    expect(durationSeconds(durationAbove(seconds))).toBeGreaterThanOrEqual(seconds);
});
