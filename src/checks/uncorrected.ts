import { LEVEL } from "../study/too-few-seeds.js";
import { listText } from "../validation/list-text.js";
import { type Check, note } from "./check.js";
import { pairText } from "./examined-study.js";

export const uncorrected: Check = {
  name: "uncorrected",
  advice: "Do not report these pairs as different. More seeds may decide them.",
  find({ tasks }) {
    const pairs = tasks.flatMap((task) =>
      task.verdicts.pairs.flatMap(({ p, correctedP, ...pair }) =>
        p === null || correctedP === null ? [] : [{ task, pair, p, correctedP }],
      ),
    );
    const only = pairs.filter(({ p, correctedP }) => p <= LEVEL && correctedP > LEVEL);
    if (only.length === 0) return undefined;
    const texts = only.map(
      ({ task, pair, p, correctedP }) =>
        `${pairText(task, pair)} (p ${text(p)}, corrected ${text(correctedP)})`,
    );
    return note(
      `${only.length} of ${pairs.length} pairs would look different without correction for the number of pairs: ${listText(texts, { separator: "; " })}.`,
    );
  },
};

const text = (p: number) => Number(p.toPrecision(2));
