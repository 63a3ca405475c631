import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Study } from "../../src/study/study.js";
import { MOST_ARMS, verdictsOf } from "../../src/verdicts/judge.js";
import { exampleStudy, STUDIES } from "../report/example-studies.js";
import { type Outcome, studyOf } from "../report/outcome-study.js";

const sentenceOf = (outcomes: Record<string, readonly Outcome[]>, options = {}) =>
  verdictsOf(studyOf(outcomes), options).sentence;
const verdictOf = (study: Study, a: string, b: string) =>
  verdictsOf(study).pairs.find((pair) => [pair.a, pair.b].sort().join() === [a, b].sort().join())!.verdict;

/** Accuracies of ten seeds around a mean, which go up and down together in all arms. */
const around = (mean: number, spread = 0.001) =>
  [0, 3, -2, 1, -3, 2, 0, -1, 4, -4].map((step) => Math.round((mean + step * spread) * 2000) / 2000);
/** The same, with steps that differ from the others' by a few images. */
const beside = (mean: number, steps = [1, -1, 2, -2, 1, -1, 0, 2, -2, 0]) =>
  around(mean).map((value, i) => value + steps[i]! / 2000);

describe("the verdict on a pair", () => {
  it("is better if the difference is significant, by the pairs of runs with the same seed", () => {
    const study = studyOf({ adam: around(0.97), sgd: beside(0.96) });
    const { pairs, sentence } = verdictsOf(study);
    expect(pairs).toHaveLength(1);
    expect(pairs[0]).toMatchObject({ a: "adam", b: "sgd", verdict: "better", p: 2 / 1024 });
    expect(pairs[0]!.correlation).toBeGreaterThan(0.8);
    expect(pairs[0]!.interval!.low).toBeGreaterThan(0.009);
    expect(pairs[0]!.bootstrap!.low).toBeGreaterThan(0.009);
    expect(pairs[0]!.superiority).toBeGreaterThan(0.95);
    expect(pairs[0]!.moreSeeds).toBeNull();
    expect(sentence).toBe(
      "adam is better than sgd: validation accuracy after 2 epochs is 97.00% against 96.00%, a difference of 1.00 points (95% interval 0.95 to 1.05).",
    );
  });

  it("is equal if the difference is certainly below the margin", () => {
    const outcomes = { adam: around(0.97), sgd: beside(0.97) };
    expect(sentenceOf(outcomes)).toBe(
      "adam and sgd are equal within 0.2 points: validation accuracy after 2 epochs is 97.00% and 97.00%.",
    );
    expect(sentenceOf(outcomes, { margin: 0.0003 })).toMatch(/^Nothing is decided between adam and sgd: /);
  });

  it("is undecided otherwise, with about the number of seeds that would decide", () => {
    const steps = [8, -9, 12, -10, 9, -8, 2, 12, -6, 1];
    const { pairs, sentence } = verdictsOf(studyOf({ adam: around(0.97), sgd: beside(0.968, steps) }));
    expect(pairs[0]!.verdict).toBe("undecided");
    expect(pairs[0]!.moreSeeds).toBeGreaterThan(1);
    expect(sentence).toMatch(
      /^Nothing is decided between adam and sgd: .*; about \d+ more seeds would decide\.$/,
    );
  });

  it("says that a better arm is better by less than the margin", () => {
    const steps = [-2, -2, -1, -2, -2, -3, -2, -2, -1, -2];
    expect(sentenceOf({ adam: around(0.97), sgd: beside(0.97, steps) })).toMatch(
      /^adam is better than sgd: .*, which is less than the margin of 0\.2 points\.$/,
    );
  });

  it("is corrected for the number of pairs", () => {
    const steps = [-2, -2, -1, -2, 1, -3, -2, -2, -1, -2];
    const two = studyOf({ adam: around(0.97), sgd: beside(0.97, steps) });
    const five = studyOf({
      adam: around(0.97),
      sgd: beside(0.97, steps),
      lion: around(0.97),
      lamb: around(0.97),
      nadam: around(0.97),
    });
    expect(verdictOf(two, "adam", "sgd")).toBe("better");
    expect(verdictOf(five, "adam", "sgd")).not.toBe("better");
    expect(verdictsOf(five).notes).toEqual([
      "Of 10 pairs: 0 with a better arm, 10 equal within 0.2 points, 0 undecided.",
    ]);
  });
});

describe("seeds that cannot suffice", () => {
  it("decide nothing: five of two arms never do, and one is said to be one", () => {
    const { pairs, notes, leastSeeds } = verdictsOf(
      studyOf({ adam: [0.9, 0.9, 0.9, 0.9, 0.9], sgd: [0.1, 0.1, 0.1, 0.1, 0.1] }),
    );
    expect(pairs[0]).toMatchObject({ verdict: "undecided", p: 0.0625 });
    expect(leastSeeds).toBe(6);
    expect(notes).toEqual([
      "5 seeds cannot show that an arm is better: with one pair of arms, at least 6 are needed.",
    ]);
    expect(sentenceOf({ adam: [0.9], sgd: [0.5] })).toBe(
      "With one seed, nothing can be decided: adam has the highest validation accuracy after 2 epochs: 90.00%, but its lead of 40.00 points over sgd may be chance.",
    );
    expect(verdictsOf(STUDIES.oneSeed).pairs.every(({ verdict }) => verdict === "undecided")).toBe(true);
  });

  it("are not needed by two equal arms, but the resolution of the images is never taken for certainty", () => {
    expect(verdictOf(studyOf({ adam: [0.9, 0.9], sgd: [0.9, 0.9] }), "adam", "sgd")).toBe("undecided");
    expect(verdictOf(studyOf({ adam: Array(4).fill(0.9), sgd: Array(4).fill(0.9) }), "adam", "sgd")).toBe(
      "equal",
    );
  });
});

describe("runs that did not complete", () => {
  it("never beat or lose because they were cancelled: arms are compared by the seeds that all finished", () => {
    const good = around(0.97);
    const study = studyOf({ adam: [...good, "cancelled"], sgd: [...beside(0.96), 0.999] });
    const { seeds, arms } = verdictsOf(study);
    expect(seeds).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(arms.map(({ label, rank }) => [label, rank])).toEqual([
      ["adam", 1],
      ["sgd", 2],
    ]);
  });

  it("count as the worst if they diverged, shown as k of N", () => {
    const study = studyOf({ adam: around(0.9), sgd: [...Array(9).fill("diverged"), 0.99] });
    const { arms, notes, sentence } = verdictsOf(study);
    expect(sentence).toMatch(
      /^adam is better than sgd: validation accuracy after 2 epochs is 90\.00% against 99\.00% \(9 of 10 runs diverged\)/,
    );
    expect(arms[1]).toMatchObject({ label: "sgd", rank: 2, diverged: 9, accuracy: 0.99 });
    expect(arms[1]!.score).toBeCloseTo(0.099, 12);
    expect(notes).toContain("Diverged runs count as an accuracy of 0: sgd (9 of 10).");
    const once = studyOf({ adam: around(0.9), sgd: ["diverged", ...around(0.99).slice(1)] });
    expect(verdictOf(once, "adam", "sgd")).toBe("undecided");
  });

  it("leave nothing to compare if no seed was finished by all", () => {
    expect(verdictsOf(studyOf({ adam: [0.9, undefined], sgd: [undefined, 0.8] }))).toMatchObject({
      arms: [],
      pairs: [],
      sentence:
        "Nothing is ranked: no seed was finished by every arm, so the numbers come from different seeds.",
    });
    expect(sentenceOf({ adam: ["cancelled"] })).toBe("No run completed its training.");
    expect(sentenceOf({ adam: [0.9], sgd: ["cancelled"] })).toBe(
      "adam reached 90.00% validation accuracy after 2 epochs.",
    );
  });
});

it("the sentence of several arms says how the first stands against all others", () => {
  const far = { sgd: around(0.94), adagrad: around(0.9) };
  expect(sentenceOf({ ...far, adam: around(0.97) })).toBe(
    "adam is better than all 2 others: 97.00% validation accuracy after 2 epochs, 3.00 points more than sgd, the next.",
  );
  expect(sentenceOf({ ...far, adam: around(0.9705), rmsprop: beside(0.97) })).toMatch(
    /^adam has the highest validation accuracy after 2 epochs: 97\.05%; it is better than sgd and adagrad, and equal to rmsprop within 0\.2 points\.$/,
  );
  expect(sentenceOf({ adam: [0.3, 0.4], sgd: [0.4, 0.3], rmsprop: [0.2, 0.2] })).toMatch(
    /^adam and sgd share the highest validation accuracy after 2 epochs: 35\.00%; adam is not shown to differ from sgd and rmsprop \(/,
  );
});

it("ranks change only where a pair is decided, and never put an arm before one that is better", () => {
  const outcome = fc.oneof(
    fc.constantFrom<Outcome>("diverged", "cancelled"),
    fc.integer({ min: 90, max: 100 }).map((share) => share / 100),
    fc.constant(undefined),
  );
  const seeds = fc.array(outcome, { minLength: 9, maxLength: 9 });
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom("adam", "sgd", "rmsprop", "lion"), seeds),
      fc.integer({ min: 0, max: 3 }),
      (outcomes, rounds) => {
        const even = { nadam: Array(9).fill(0.9 + rounds / 100) as number[] };
        const { arms, pairs } = verdictsOf(studyOf({ ...outcomes, ...even }));
        const better = pairs.filter(({ verdict }) => verdict === "better");
        const places = new Map(arms.map(({ label }, i) => [label, i]));
        for (const { label, rank, score } of arms) {
          expect(rank).toBe(1 + better.filter(({ b }) => b === label).length);
          expect(score).toBeLessThanOrEqual(1);
        }
        for (const { a, b, difference } of pairs)
          expect(difference, `${a}, ${b}`).toBeGreaterThanOrEqual(-1e-12);
        for (const { a, b } of better) expect(places.get(a)).toBeLessThan(places.get(b)!);
      },
    ),
    { numRuns: 60 },
  );
});

it("verdicts are plain data, and the same every time", () => {
  const study = STUDIES.fourOptimizers;
  const verdicts = verdictsOf(study);
  expect(JSON.parse(JSON.stringify(verdicts))).toEqual(verdicts);
  expect(verdictsOf(study)).toEqual(verdicts);
});

it("noise of the evaluation set is told apart from noise of training", () => {
  const spread = 0.004;
  const [arm] = verdictsOf(studyOf({ adam: around(0.97, spread) })).arms;
  const { floor, observed, evaluation, training } = arm!.noise!;
  const images = 2000;
  expect(floor).toBeCloseTo(Math.sqrt((0.97 * 0.03) / images), 12);
  // Each seed draws 2,000 of all images, so its images differ from those of others in part.
  const { count } = studyOf({ adam: around(0.97, spread) }).runs[0]!.dataset;
  const fixed = 0.03 / 2;
  expect(evaluation).toBeCloseTo(
    Math.sqrt((fixed + (1 - images / count) * (0.97 * 0.03 - fixed)) / images),
    12,
  );
  expect(training! ** 2 + evaluation ** 2).toBeCloseTo(observed! ** 2, 12);
  const study = studyOf({ adam: around(0.97, spread) });
  const supplied = study.runs.map((run) => ({
    ...run,
    dataset: { ...run.dataset, validationCount: images },
  }));
  const { noise } = verdictsOf({ ...study, runs: supplied }).arms[0]!;
  expect(noise!.evaluation).toBeCloseTo(Math.sqrt(0.03 / (2 * images)), 12);
});

it("test accuracy is compared on request, if every run has it", () => {
  expect(verdictsOf(STUDIES.fourOptimizers, { metric: "testAccuracy" }).sentence).toMatch(/test accuracy/);
  expect(verdictsOf(studyOf({ adam: [0.9], sgd: [0.8] }), { metric: "testAccuracy" }).sentence).toBe(
    "Nothing is ranked: not every run was measured on test images.",
  );
});

it("rejects options that are not valid, and too many arms", () => {
  expect(() => verdictsOf(STUDIES.oneSeed, { margin: 2 })).toThrow(/`margin`/);
  expect(() => verdictsOf(STUDIES.oneSeed, { margin: 0 })).toThrow(/`margin`/);
  expect(() => verdictsOf(STUDIES.oneSeed, { metric: "loss" as never })).toThrow(/`metric`/);
  const rates = Array.from({ length: MOST_ARMS + 1 }, (_, i) => (i + 1) / 1000);
  const many = exampleStudy(rates.map((learningRate) => ({ optimizer: "adam", learningRate, epochs: 1 })));
  const { sentence, pairs } = verdictsOf(many);
  expect(pairs).toEqual([]);
  expect(sentence).toBe(
    "Nothing is ranked: 101 arms have 5,050 pairs, which are too many to be told apart. Compare at most 100 arms.",
  );
});
