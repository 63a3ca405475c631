import { questionOf } from "../config/study-question.js";
import { decimalText } from "../validation/decimal-text.js";
import { listText } from "../validation/list-text.js";
import { type Check, note } from "./check.js";

export const defaultRatesOnly: Check = {
  name: "default-rates-only",
  advice:
    "Tune every optimizer at equal cost (--question tuned) before saying that one is better than another.",
  find({ study, arms }) {
    const optimizers = arms.map(({ config }) => config.optimizer);
    const rates = new Map(optimizers.map(({ name, learningRate }) => [name, learningRate]));
    if (rates.size < 2 || questionOf(optimizers, study.config.question) !== "defaults") return undefined;
    const texts = [...rates].map(([name, rate]) => `${name} ${decimalText(rate)}`);
    return note(
      `${rates.size} optimizers ran at their default learning rates only (${listText(texts, { most: 4 })}), which says little about what each can reach.`,
    );
  },
};
