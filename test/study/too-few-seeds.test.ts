import { expect, it } from "vitest";
import { tooFewSeeds } from "../../src/study/too-few-seeds.js";

it("names the number of seeds with which the test can decide", () => {
  expect(tooFewSeeds(2, 5)).toBe(
    "5 seeds cannot show that an arm is better: with one pair of arms, at least 6 are needed (--seeds 6).",
  );
  expect(tooFewSeeds(4, 1)).toBe(
    "One seed cannot show that an arm is better: with 6 pairs of arms, at least 8 are needed (--seeds 8).",
  );
  expect(tooFewSeeds(4, 7)).toMatch(/at least 8/);
  expect(tooFewSeeds(17, 12)).toMatch(/136 pairs of arms, at least 13/);
});

it("says nothing if the seeds can suffice, or nothing is compared", () => {
  for (const [arms, seeds] of [
    [2, 6],
    [4, 8],
    [17, 13],
    [1, 1],
  ] as const)
    expect(tooFewSeeds(arms, seeds)).toBeUndefined();
});
