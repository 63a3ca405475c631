import { describe, expect, it } from "vitest";
import { chiSquareAbove } from "../../src/statistics/chi-square.js";
import { friedman } from "../../src/statistics/friedman.js";
import { geometricMean } from "../../src/statistics/geometric-mean.js";
import { interquartileMean } from "../../src/statistics/interquartile-mean.js";
import { criticalDifference, rankGroups, studentisedRange } from "../../src/statistics/nemenyi.js";
import { performanceProfile } from "../../src/statistics/performance-profile.js";
import { stratifiedInterval } from "../../src/statistics/stratified-bootstrap.js";
import golden from "../golden/several_tasks.json" with { type: "json" };

const near = (value: number, expected: number, tolerance: number) =>
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(tolerance * Math.abs(expected));

describe("scores of several tasks", () => {
  it.each(golden.aggregates)(
    "have rliable's interquartile mean and profile: $interquartileMean",
    (expected) => {
      const scores = expected.scores.flat();
      near(interquartileMean(scores), expected.interquartileMean, 1e-14);
      expect(performanceProfile(scores, golden.thresholds)).toEqual(expected.profile);
    },
  );

  it.each(golden.aggregates)(
    "have rliable's stratified bootstrap for the same draws: $interval",
    (expected) => {
      const draws = expected.indices.flat(2);
      const runs = expected.scores[0]!.length;
      let next = 0;
      const random = () => Math.floor(((draws[next++]! + 0.5) / runs) * 2 ** 32);
      const { low, high } = stratifiedInterval(expected.scores, interquartileMean, {
        resamples: expected.indices.length,
        random,
      });
      expect(next).toBe(draws.length);
      near(low, expected.interval[0]!, 1e-14);
      near(high, expected.interval[1]!, 1e-14);
    },
  );

  it("have the geometric mean of SciPy, which a miss makes infinite", () => {
    for (const { values, mean } of golden.geometricMeans) near(geometricMean(values), mean, 1e-14);
    expect(geometricMean([1, Number.POSITIVE_INFINITY])).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("ranks over several tasks", () => {
  it.each(golden.rankings)("are autorank's: $p", ({ scores, ...expected }) => {
    const { meanRanks, p } = friedman(scores);
    for (const [i, rank] of expected.meanRanks.entries()) near(meanRanks[i]!, rank, 1e-14);
    expect(Math.abs(p - expected.p)).toBeLessThan(1e-14);
    const difference = criticalDifference(meanRanks.length, scores.length);
    // autorank interpolates the studentised range in a table
    near(difference, expected.criticalDifference, 5e-5);
    expect(rankGroups(expected.sortedRanks, difference)).toEqual(expected.groups);
  });

  it.each(golden.ranges)("use SciPy's studentised range: $count values, $probability", (expected) => {
    near(studentisedRange(expected.probability, expected.count), expected.range, 1e-7);
  });

  it.each(golden.chiSquares)("use SciPy's chi-square distribution: $x, $degrees degrees", (expected) => {
    // the normal distribution behind it has an absolute error
    expect(Math.abs(chiSquareAbove(expected.x, expected.degrees) - expected.above)).toBeLessThan(1e-14);
  });

  it("do not differ if all methods are equal", () => {
    expect(
      friedman([
        [1, 1, 1],
        [0.5, 0.5, 0.5],
      ]),
    ).toEqual({ meanRanks: [2, 2, 2], p: 1 });
  });
});
