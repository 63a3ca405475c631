import { binomialDeviation } from "../statistics/evaluation-noise.js";
import type { Arm } from "../study/arms.js";
import { listText } from "../validation/list-text.js";
import { imagesOf } from "../verdicts/metric.js";
import { pointsText } from "../verdicts/texts.js";
import { type Check, fail } from "./check.js";
import { pairText } from "./examined-study.js";

export const underBinomialFloor: Check = {
  name: "under-binomial-floor",
  advice: "Validate on more images, or do not rank the arms by so small a difference.",
  find({ tasks }) {
    const decided = tasks.flatMap((task) => {
      const floors = new Map(task.arms.map((arm) => [arm.label, floorOf(arm)]));
      return task.verdicts.pairs
        .filter(({ verdict }) => verdict === "better")
        .map((pair) => ({ task, pair, floor: floors.get(pair.a) ?? 0 }));
    });
    const under = decided.filter(({ pair, floor }) => pair.difference < floor);
    if (under.length === 0) return undefined;
    const texts = under.map(
      ({ task, pair, floor }) =>
        `${pairText(task, pair)} by ${pointsText(pair.difference)} (${pointsText(floor)})`,
    );
    return fail(
      `${under.length} of ${decided.length} decided differences are below the binomial deviation of the validation images: ${listText(texts, { separator: "; " })}.`,
    );
  },
};

/**
 * The deviation of an arm's mean accuracy that comes from the choice of the validation images alone. Each seed draws other images,
 * unless the dataset supplies them, but never more than there are.
 */
function floorOf({ completed }: Arm): number {
  const [first] = completed;
  if (first === undefined) return 0;
  const images = imagesOf(first, "validationAccuracy");
  const { count, validationCount } = first.dataset;
  const distinct = validationCount === undefined ? Math.min(count, images * completed.length) : images;
  const accuracies = completed.map(({ history }) => history.at(-1)!.validation.accuracy);
  return binomialDeviation(accuracies.reduce((sum, each) => sum + each, 0) / accuracies.length, distinct);
}
