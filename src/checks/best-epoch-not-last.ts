import type { Arm } from "../study/arms.js";
import { listText } from "../validation/list-text.js";
import { percentText } from "../verdicts/texts.js";
import { type Check, note } from "./check.js";

export const bestEpochNotLast: Check = {
  name: "best-epoch-not-last",
  advice:
    "Train for fewer epochs, lower the rate towards the end, or restore the best weights with early stopping.",
  find({ arms, tasks }) {
    const margin = tasks[0]?.verdicts.margin ?? Number.POSITIVE_INFINITY;
    const found = arms.flatMap((arm) => {
      const means = meansByEpoch(arm);
      const best = means.reduce((top, mean, i) => (mean > means[top]! ? i : top), 0);
      const last = means.length - 1;
      return best > 0 && means[best]! - means[last]! > margin
        ? [
            `${arm.label} had ${percentText(means[best]!)} after epoch ${best} and ${percentText(means[last]!)} after epoch ${last}`,
          ]
        : [];
    });
    if (found.length === 0) return undefined;
    return note(
      `${found.length} of ${arms.length} arms had a higher accuracy before their last epoch, by more than the margin: ${listText(found, { separator: "; " })}.`,
    );
  },
};

/** Mean validation accuracy after each epoch; none with early stopping, which restores the best weights. */
function meansByEpoch({ completed }: Arm): number[] {
  const [first] = completed;
  if (first === undefined || completed.some(({ bestEpoch }) => bestEpoch !== undefined)) return [];
  return first.history.map((_, epoch) => {
    const each = completed.map(({ history }) => history[epoch]?.validation.accuracy ?? 0);
    return each.reduce((sum, accuracy) => sum + accuracy, 0) / each.length;
  });
}
