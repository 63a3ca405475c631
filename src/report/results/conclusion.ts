import { summarise } from "../../statistics/summary.js";
import type { Study } from "../../study/study.js";
import { finalEpoch, type RunRecord } from "../../training/run-record.js";
import { extent } from "../charts/ticks.js";
import { listText } from "../text/list-text.js";
import { accuracyText, summaryText } from "../text/number-text.js";
import { headline, settingsCaveats } from "./headline.js";
import { incompleteNote } from "./incomplete.js";
import { type Ranking, type Result, rank, resultsOf, tasksOf } from "./results.js";

/** The conclusion of a study: question, answer, and caveats. */
export interface Conclusion {
  readonly question: string;
  readonly answer: string;
  readonly caveats: readonly string[];
}

export function conclude(study: Study): Conclusion {
  const results = resultsOf(study);
  return { question: headline(study, results), ...answerOf(study, results) };
}

function answerOf(study: Study, results: readonly Result[]): Pick<Conclusion, "answer" | "caveats"> {
  const ranking = rank(results);
  const incomplete = incompleteNote(study, results);
  if (ranking.best.length === 0) return { answer: whyUnranked(results), caveats: incomplete };
  return {
    answer: bestText(ranking),
    caveats: [
      ...incomplete,
      ...seedCaveats(ranking),
      ...divergedCaveats(results, ranking),
      ...settingsCaveats(study, results),
    ],
  };
}

/** Why no arm is the best. */
export function whyUnranked(results: readonly Result[]): string {
  const completed = results.flatMap(({ arm }) => arm.completed);
  if (completed.length === 0) return "No run completed its training.";
  if (completed.every(({ history }) => history.at(-1)!.epoch === 0))
    return "Nothing was trained: with 0 epochs, all numbers are those of the initial weights.";
  if (tasksOf(results).size > 1)
    return "No ranking: accuracies on different datasets are not comparable. Compare the arms of one dataset.";
  return "No ranking: no seed was finished by every arm, so the numbers come from different seeds.";
}

/** "adam reached the highest validation accuracy: 0.9832 ± 0.0003 (...) after 6 epochs." */
function bestText({ best, contested }: Ranking): string {
  const names = listText(
    best.map(({ arm }) => arm.label),
    best.length === 2 ? { separator: " and " } : {},
  );
  const { count } = best[0]!.validationAccuracy!;
  const accuracies = best.map(({ validationAccuracy }) => summaryText(validationAccuracy, accuracyText));
  const accuracy = best.length === 1 ? accuracies[0]! : accuracyText(best[0]!.validationAccuracy!.mean);
  const spread = best.length === 1 ? "mean ± standard deviation" : "mean";
  const of = count > 1 ? ` (${spread} of ${count} seeds)` : "";
  const reached =
    best.length > 1
      ? "share the highest validation accuracy:"
      : contested
        ? "reached the highest validation accuracy:"
        : "reached a validation accuracy of";
  return `${names} ${reached} ${accuracy}${of} ${afterEpochs(best)}.`;
}

/** With early stopping, runs end in different epochs. */
function afterEpochs(best: readonly Result[]): string {
  const runs = best.flatMap(({ arm }) => arm.completed);
  const [least, most] = extent(runs.map((run) => finalEpoch(run)!.epoch));
  const each = runs.some(({ bestEpoch }) => bestEpoch !== undefined)
    ? " (early stopping: best epoch of each run)"
    : "";
  if (least < most) return `after ${least} to ${most} epochs${each}`;
  return `after ${most} ${most === 1 ? "epoch" : "epochs"}`;
}

/** Runs of a seed share initial weights and data order, so arms are compared seed by seed. */
function seedCaveats({ ranked, best }: Ranking): string[] {
  const others = ranked.filter((each) => !best.includes(each));
  if (ranked.length < 2) return [];
  if (best[0]!.validationAccuracy!.count === 1)
    return ["With one seed, a difference may be due to chance; use several seeds (--seeds 5)."];
  if (others.length === 0) return [];
  const unsettled = others.flatMap((other) => {
    const difference = pairedDifference(best[0]!, other);
    if (difference.mean - difference.confidence95 > 0) return [];
    return [
      `${other.arm.label} (difference ${signed(difference.mean)} ± ${difference.confidence95.toFixed(4)})`,
    ];
  });
  if (unsettled.length === 0)
    return [
      "Compared seed by seed, its lead over every other arm exceeds the 95% confidence interval of the difference.",
    ];
  return [
    `Not significantly different from ${listText(unsettled)}: the 95% confidence interval of the difference, seed by seed, includes zero. More seeds narrow the interval.`,
  ];
}

/** The difference between the best and another arm. Ranked arms have the same seeds. */
function pairedDifference(best: Result, other: Result) {
  const accuracy = (run: RunRecord) => finalEpoch(run)!.validation.accuracy;
  const bySeed = new Map(other.arm.completed.map((run) => [run.config.seed, accuracy(run)]));
  return summarise(best.arm.completed.map((run) => accuracy(run) - bySeed.get(run.config.seed)!));
}

function divergedCaveats(results: readonly Result[], { ranked }: Ranking): string[] {
  const diverged = results.filter(({ arm }) => arm.runs.some(({ status }) => status === "diverged"));
  const list = (of: readonly Result[]) => listText(of.map(({ arm, status }) => `${arm.label} (${status})`));
  const unranked = diverged.filter((each) => !ranked.includes(each));
  const others = diverged.filter((each) => ranked.includes(each));
  return [
    ...(unranked.length > 0 ? [`Not ranked because runs diverged: ${list(unranked)}.`] : []),
    ...(others.length > 0 ? [`Ranked without the diverged seeds: ${list(others)}.`] : []),
  ];
}

const signed = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;
