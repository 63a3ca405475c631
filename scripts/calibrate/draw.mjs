// Draws studies from a pool of runs, judges them, and counts what the verdicts say.
import { randomStream } from "../../dist/data/random.js";
import { powerOfDifference } from "../../dist/statistics/power.js";
import { summarise } from "../../dist/statistics/summary.js";
import { LEVEL } from "../../dist/study/too-few-seeds.js";

/**
 * The share of studies with a false "better", and what happens to the pairs of the first arm, whose accuracies are raised by
 * `planted`. Without a planted difference, every "better" is false.
 *
 * @param judge from the scores of each arm to decisions
 */
export function judgeStudies({ accuracies, arms, seeds, studies, planted = 0, judge }) {
  const random = randomStream(arms * 1000 + seeds, "calibration", Math.round(planted * 10_000));
  const draw = () => accuracies[Math.floor((random() / 2 ** 32) * accuracies.length)];
  const count = { falselyBetter: 0, found: 0, falselyEqual: 0, pairs: 0, usedSeeds: 0 };
  for (let study = 0; study < studies; study++) {
    const scores = Array.from({ length: arms }, (_, arm) =>
      Array.from({ length: seeds }, () => draw() + (arm === 0 ? planted : 0)),
    );
    const { decisions, used = seeds } = judge(scores, random);
    const isFound = ({ a, verdict }) => verdict === "better" && planted > 0 && a === 0;
    const ofFirst = decisions.filter(({ a, b }) => planted > 0 && (a === 0 || b === 0));
    if (decisions.some((each) => each.verdict === "better" && !isFound(each))) count.falselyBetter++;
    count.found += ofFirst.filter(isFound).length;
    count.falselyEqual += ofFirst.filter(({ verdict }) => verdict === "equal").length;
    count.pairs += ofFirst.length;
    count.usedSeeds += used;
  }
  return { arms, seeds, planted, studies, ...count };
}

/**
 * The predicted share of the first arm's pairs that are found: the power of a paired t test with the pool's standard deviation,
 * at the level that Holm's method gives to the first pair.
 */
export function predictedPower({ accuracies, arms, seeds, planted }) {
  const { standardDeviation } = summarise(accuracies);
  const assumed = { mean: planted, standardDeviation: Math.SQRT2 * standardDeviation };
  return powerOfDifference(assumed, seeds, LEVEL / ((arms * (arms - 1)) / 2));
}
