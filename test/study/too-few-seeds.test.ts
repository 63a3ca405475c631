import { expect, it } from "vitest";
import type { CompareConfig } from "../../src/config/compare-config.js";
import { compare } from "../../src/studies.js";
import { tooFewSeeds } from "../../src/study/too-few-seeds.js";

it("names the number of seeds with which the test can decide", () => {
  expect(tooFewSeeds(2, 5)).toBe(
    "5 seeds cannot show that an arm is better: with one pair of arms, at least 6 are needed.",
  );
  expect(tooFewSeeds(4, 1)).toBe(
    "One seed cannot show that an arm is better: with 6 pairs of arms, at least 8 are needed.",
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

it("is told to callers of compare before the first run", async () => {
  const small = {
    dataset: "digits",
    model: { layers: [{ type: "flatten" }, { type: "dense", units: 10 }] },
    epochs: 0,
  } as const;
  const toldOf = async (config: CompareConfig) => {
    const told: string[] = [];
    let before: number | undefined;
    await compare({
      ...small,
      ...config,
      onNotice: (text) => void told.push(text),
      onPlan() {
        before = told.length;
      },
    });
    expect(before).toBe(told.length);
    return told;
  };
  const two = { optimizers: ["adam", "sgd"] } as const;
  expect(await toldOf({ ...two, seeds: 2 })).toEqual([tooFewSeeds(2, 2)]);
  expect(await toldOf({ optimizers: ["adam"], seeds: 2 })).toEqual([]);
  expect(await toldOf({ ...two, seeds: 4, seedsPerRound: 4 })).toEqual([]);
});
