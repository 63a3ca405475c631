import { stepsAnEpoch } from "../config/steps-an-epoch.js";
import type { TunedArm } from "../config/tuning-config.js";
import type { Arm } from "../study/arms.js";
import { countText, integerText } from "../validation/count-text.js";
import { groupBy } from "../validation/group-by.js";
import { listText } from "../validation/list-text.js";
import { printable } from "../validation/printable.js";
import { type Check, fail } from "./check.js";
import type { ExaminedStudy } from "./examined-study.js";

export const unequalBudget: Check = {
  name: "unequal-budget",
  advice:
    "Give every arm the same epochs, batches and trials, or combine every budget with every arm (vary).",
  find: (study) => unequalTraining(study) ?? unequalTrials(study),
};

/** Budgets that differ together with something else, so that neither can be told from the other. */
function unequalTraining({ tasks }: ExaminedStudy) {
  const mixed = tasks.find(({ arms }) => {
    const budgets = groupBy(arms, withoutBudget).map((group) => [...new Set(group.map(budgetText))].sort());
    return new Set(budgets.map((each) => each.join())).size > 1;
  });
  if (mixed === undefined) return undefined;
  return fail(
    `Arms that differ in other settings also differ in how long they train: ${amounts(mixed.arms, budgetText)}.`,
  );
}

function unequalTrials({ study }: ExaminedStudy) {
  const arms = study.config.tuning?.arms ?? [];
  if (new Set(arms.map(trialsText)).size < 2) return undefined;
  return fail(`Arms were tuned by different numbers of trials: ${amounts(arms, trialsText)}.`);
}

/** "adam, sgd: 5 trials; lion: 6 trials" */
function amounts<Item extends { readonly label: string }>(
  arms: readonly Item[],
  textOf: (arm: Item) => string,
) {
  const texts = groupBy(arms, textOf).map((group) => {
    const labels = group.map(({ label }) => printable(label));
    return `${listText(labels, { most: 2 })}: ${textOf(group[0]!)}`;
  });
  return listText(texts, { separator: "; " });
}

const trialsText = ({ trials }: TunedArm) => countText(trials.length, "trial");

/** "3 x 250 steps on 8,000 images" */
function budgetText({ config }: Arm): string {
  const steps = stepsAnEpoch(config);
  return `${integerText(config.epochs)} x ${integerText(steps)} steps on ${integerText(config.split.train)} images`;
}

/** What else an arm has, as a key. */
const withoutBudget = ({ config }: Arm): string =>
  JSON.stringify({ ...config, ...BUDGET, seed: undefined, name: undefined });

const BUDGET = {
  epochs: undefined,
  batchSize: undefined,
  gradientAccumulation: undefined,
  microBatch: undefined,
  split: undefined,
};
