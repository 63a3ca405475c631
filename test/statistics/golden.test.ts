import { describe, expect, it } from "vitest";
import { randomStream } from "../../src/data/random.js";
import { bcaInterval, bootstrapMeans } from "../../src/statistics/bootstrap.js";
import { correlation } from "../../src/statistics/correlation.js";
import { equivalenceP } from "../../src/statistics/equivalence.js";
import { holm } from "../../src/statistics/holm.js";
import { normalBelow, normalQuantile } from "../../src/statistics/normal.js";
import { powerOfDifference, powerOfEquivalence } from "../../src/statistics/power.js";
import { signFlipP } from "../../src/statistics/sign-flip-test.js";
import { studentTBelow } from "../../src/statistics/student-t.js";
import { summarise } from "../../src/statistics/summary.js";
import { probabilityOfSuperiority } from "../../src/statistics/superiority.js";
import golden from "../golden/statistics.json" with { type: "json" };

/** The largest deviation from SciPy and statsmodels of everything that is not sampled or integrated. */
const EXACT = 1e-13;

const expectNear = (value: number, expected: number, tolerance = EXACT) =>
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(tolerance);
const noRandom = () => {
  throw new Error("an exact test draws no random numbers");
};

describe("distributions agree with SciPy", () => {
  it.each(golden.normal)("normal, below $z", ({ z, below }) => expectNear(normalBelow(z), below, 1e-15));
  it.each(golden.normalQuantiles)("normal quantile of $probability", ({ probability, z }) =>
    expectNear(normalQuantile(probability), z),
  );
  it.each(golden.studentT)("Student's t, below $t with $degrees degrees", ({ t, degrees, below }) =>
    expectNear(studentTBelow(t, degrees), below),
  );
});

describe.each(golden.pairs)("a pair of $a.length runs agrees with SciPy and statsmodels", (pair) => {
  const { a, b } = pair;
  const differences = a.map((each, i) => each - b[i]!);

  it("in the t interval of the mean difference", () => {
    const { mean, confidence95 } = summarise(differences);
    expectNear(mean - confidence95, pair.low);
    expectNear(mean + confidence95, pair.high);
  });

  it("in the correlation", () => expectNear(correlation(a, b)!, pair.correlation));

  it("in the sign-flip test, by enumeration and by multiples of a unit", () => {
    expectNear(signFlipP(differences, noRandom), pair.signFlipP);
    expectNear(signFlipP(differences, noRandom, 1 / 2000), pair.signFlipP);
  });

  it("in the two one-sided t tests", () =>
    expectNear(equivalenceP(differences, pair.margin), pair.equivalenceP));

  it("in the probability of superiority", () => expectNear(probabilityOfSuperiority(a, b), pair.superiority));
});

describe("BCa intervals agree with SciPy", () => {
  it.each(golden.bootstraps)("for all resamples of $values at $level", ({ values, level, low, high }) => {
    const count = values.length;
    const means = Float64Array.from(
      { length: count ** count },
      (_, i) =>
        values.reduce((sum, _, place) => sum + values[Math.floor(i / count ** place) % count]!, 0) / count,
    );
    const interval = bcaInterval(values, means, level);
    expectNear(interval.low, low);
    expectNear(interval.high, high);
  });

  it("for random resamples, within the noise of sampling", () => {
    const { values, low, high } = golden.randomBootstrap;
    const interval = bcaInterval(values, bootstrapMeans(values, 20_000, randomStream(0, "samples")));
    expectNear(interval.low, low, 0.02 * (high - low));
    expectNear(interval.high, high, 0.02 * (high - low));
  });
});

it.each(golden.families)("Holm's correction of $ps agrees with statsmodels", ({ ps, corrected }) => {
  for (const [i, p] of holm(ps).entries()) expectNear(p, corrected[i]!);
});

describe.each(golden.powers)(
  "the power with $count pairs at $level",
  ({ count, level, margin, ...golden }) => {
    it("of a difference agrees with statsmodels", () =>
      expectNear(powerOfDifference(golden, count, level), golden.difference, 1e-5));
    it("of equivalence agrees with SciPy's integral", () =>
      expectNear(powerOfEquivalence(golden, count, level, margin), golden.equivalence, 1e-4));
  },
);
