import { seedRoundsOf } from "../config/seed-rounds.js";
import { leastSignFlipP } from "../statistics/sign-flip-test.js";
import { LEVEL } from "../study/too-few-seeds.js";
import { type Check, fail } from "./check.js";

export const unreachableP: Check = {
  name: "unreachable-p",
  advice: "Run as many seeds as the finding names, or compare fewer arms.",
  find({ study, tasks }) {
    if (seedRoundsOf(study.config) !== undefined) return undefined;
    const found = tasks.find(
      ({ verdicts: { pairs, seeds, leastSeeds } }) =>
        seeds.length > 1 && seeds.length < leastSeeds && pairs.some(({ verdict }) => verdict === "undecided"),
    );
    if (found === undefined) return undefined;
    const { pairs, seeds, leastSeeds } = found.verdicts;
    const tested = pairs.length === 1 ? "one pair" : `${pairs.length} pairs`;
    const least = leastSignFlipP(seeds.length) * pairs.length;
    return fail(
      `With ${seeds.length} seeds, no p-value can be below ${Number(Math.min(1, least).toPrecision(2))} after correction for ${tested} of arms, so no arm can be called better at ${LEVEL}; ${leastSeeds} seeds could.`,
    );
  },
};
