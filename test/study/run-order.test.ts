import fc from "fast-check";
import { expect, it } from "vitest";
import { runOrder } from "../../src/study/run-order.js";

it("starts one seed after another, with every arm once per seed", () =>
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 30 }),
      (seeds, arms) => {
        const order = runOrder(seeds, arms);
        for (const [place] of seeds.entries()) {
          const ofSeed = order.slice(place * arms, (place + 1) * arms);
          expect(ofSeed.toSorted((a, b) => a - b)).toEqual(
            Array.from({ length: arms }, (_, arm) => place * arms + arm),
          );
        }
      },
    ),
  ));

it("depends on the seed only, so that a study that grows by seeds keeps the order of the others", () => {
  expect(runOrder([0, 1], 4)).toEqual([0, 1, 3, 2, 7, 5, 4, 6]);
  expect(runOrder([1], 4)).toEqual([3, 1, 0, 2]);
});

it("puts every arm in every place equally often", () => {
  const [arms, seeds] = [4, 4000];
  const counts = new Uint32Array(arms * arms);
  for (let seed = 0; seed < seeds; seed++)
    for (const [place, arm] of runOrder([seed], arms).entries()) counts[place * arms + arm]! += 1;
  const expected = seeds / arms;
  const chiSquared = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  expect(chiSquared).toBeLessThan(27.9); // 99.9% quantile of 9 degrees of freedom
});
