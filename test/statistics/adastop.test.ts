import { describe, expect, it } from "vitest";
import { randomStream } from "../../src/data/random.js";
import { adaStop, type Separation } from "../../src/statistics/adastop.js";
import golden from "../golden/adaptive_stopping.json" with { type: "json" };

const { level } = golden;
const decision = ({ higher, lower, round }: Separation) => ({ higher, lower, round });
const stream = (seed: number) => randomStream(seed, "samples");
const never = () => {
  throw new Error("permutations are enumerated");
};

/** Normal values, by Box and Muller. */
function normal(random: () => number): number {
  const [u, v] = [(random() + 1) / 2 ** 32, random() / 2 ** 32];
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
}

describe("adaStop", () => {
  it.each(golden.cases.map((each, number) => ({ ...each, number, count: each.arms.length })))(
    "decides as the adastop package: case $number, $count arms, $rounds rounds of $perRound",
    (expected) => {
      const { arms, perRound, rounds, separations } = expected;
      const found = adaStop(arms, { perRound, rounds, level }, never).separations.map(decision);
      expect([...found].sort((a, b) => a.higher - b.higher || a.lower - b.lower)).toEqual(separations);
    },
  );

  it("finds differences in a third of the golden cases, so that both decisions are compared", () => {
    const found = golden.cases.filter(({ separations }) => separations.length > 0).length;
    expect(found).toBeGreaterThan(golden.cases.length / 3);
    expect(found).toBeLessThan(golden.cases.length * (2 / 3));
  });

  it("decides nothing later that data of later rounds could change", () => {
    for (const { arms, perRound, rounds } of golden.cases) {
      const design = { perRound, rounds, level };
      const whole = adaStop(arms, design, never).separations;
      for (let round = 1; round < rounds; round++) {
        const begun = arms.map((each) => each.slice(0, round * perRound));
        expect(adaStop(begun, design, never).separations).toEqual(
          whole.filter((each) => each.round <= round),
        );
      }
    }
  });

  it("depends on neither the order of arms nor a common scale and shift", () => {
    const cases = golden.cases.filter(({ arms }) => arms.length > 2);
    for (const { arms, perRound, rounds } of cases) {
      const decide = (values: readonly (readonly number[])[]) =>
        adaStop(values, { perRound, rounds, level }, never).separations;
      const changed = arms.map((each) => each.map((value) => 0.9 + value / 1e9));
      const [found, expected] = [decide(changed), decide(arms)];
      expect(found.map(decision)).toEqual(expected.map(decision));
      for (const [i, { boundary }] of found.entries())
        expect(boundary / (expected[i]!.boundary / 1e9)).toBeCloseTo(1, 5);
    }
  });

  it("keeps its level with drawn permutations, and finds a large difference", () => {
    const design = { perRound: 5, rounds: 3, level };
    const studies = 100;
    let falsely = 0;
    let found = 0;
    for (let study = 0; study < studies; study++) {
      const random = stream(study);
      const arm = (mean: number) => Array.from({ length: 15 }, () => mean + normal(random));
      const [a, b, c] = [arm(0), arm(0), arm(2.5)];
      const { separations } = adaStop([a, b, c], design, random);
      const ofThird = separations.filter(({ higher }) => higher === 2);
      falsely += separations.length > ofThird.length ? 1 : 0;
      found += ofThird.length === 2 ? 1 : 0;
    }
    // the 99.9% point of the binomial distribution with 100 draws of 5%
    expect(falsely).toBeLessThanOrEqual(13);
    expect(found).toBeGreaterThan(95);
  }, 120_000);

  it("separates the pairs whose mean differences exceed the boundary of their round", () => {
    for (const { arms, perRound, rounds } of golden.cases)
      for (const { higher, lower, round, boundary } of adaStop(arms, { perRound, rounds, level }, never)
        .separations) {
        const sum = (arm: number) => arms[arm]!.slice(0, round * perRound).reduce((a, b) => a + b, 0);
        expect((sum(higher) - sum(lower)) / (round * perRound)).toBeGreaterThan(boundary);
      }
  });

  it("decides by all permutations in the first rounds, whatever is drawn for later ones", () => {
    const design = { perRound: 5, rounds: 6, level };
    const far = [
      [1, 2, 3, 4, 5],
      [11, 12, 13, 14, 15],
    ];
    // 2 of 252 permutations are as extreme, less than 5% / 6
    expect(adaStop(far, design, never).separations).toMatchObject([{ higher: 1, lower: 0, round: 1 }]);
    const near = [far[0]!, [11, 12, 13, 14, 4.5]];
    expect(adaStop(near, design, never).separations).toEqual([]);
  });

  it("cannot decide if there are fewer permutations than the level needs", () => {
    const design = { perRound: 2, rounds: 1, level };
    expect(
      adaStop(
        [
          [0, 1],
          [1000, 1001],
        ],
        design,
        never,
      ).separations,
    ).toEqual([]);
  });

  it("finds no difference between equal values", () => {
    const equal = Array.from({ length: 3 }, () => Array<number>(10).fill(0.1));
    expect(adaStop(equal, { perRound: 5, rounds: 2, level }, stream(0)).separations).toEqual([]);
  });
});
