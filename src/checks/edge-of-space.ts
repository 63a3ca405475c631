import { selectedEdge, selectedRate } from "../tuning/select-trial.js";
import { decimalText } from "../validation/decimal-text.js";
import { listText } from "../validation/list-text.js";
import { printable } from "../validation/printable.js";
import { type Check, fail } from "./check.js";

export const edgeOfSpace: Check = {
  name: "edge-of-space",
  advice: "Search further beyond that edge (tuning.space), since a better rate may lie there.",
  find({ study }) {
    const arms = study.config.tuning?.arms ?? [];
    const texts = arms.flatMap((arm) => {
      const { learningRate: range } = arm.space;
      if (range === undefined || selectedEdge(arm) === "none") return [];
      return [
        `${printable(arm.label)} ${decimalText(selectedRate(arm))} in ${decimalText(range.from)} to ${decimalText(range.to)}`,
      ];
    });
    if (texts.length === 0) return undefined;
    return fail(
      `The best learning rate of ${texts.length} of ${arms.length} arms is on the edge of what was searched: ${listText(texts)}.`,
    );
  },
};
