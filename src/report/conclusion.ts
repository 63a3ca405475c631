import { summarise } from "../statistics.js";
import { finalEpoch, type RunRecord, type Study } from "../study.js";
import { accuracyText, summaryText } from "./number-text.js";
import { printable } from "./printable.js";
import { bestOf, type Result, resultsOf } from "./results.js";

/** A study in three parts: what was asked, what came out, and how far that can be trusted. */
export interface Conclusion {
  readonly question: string;
  readonly answer: string;
  readonly caveats: readonly string[];
}

export function conclude(study: Study): Conclusion {
  const results = resultsOf(study);
  return { question: questionOf(results), ...answerOf(results) };
}

function questionOf(results: readonly Result[]): string {
  const first = results[0]?.setting.config;
  if (first === undefined) return "A study without runs";
  const differ = (value: (result: Result) => unknown) => new Set(results.map(value)).size > 1;
  const optimizers = differ(({ setting }) => setting.config.optimizer.name);
  const losses = differ(({ setting }) => setting.loss);
  const dataset = printable(first.dataset);
  if (results.length === 1) return `How well does ${results[0]!.setting.label} learn ${dataset}?`;
  if (optimizers && losses) return `Which optimizer and which loss learn ${dataset} best?`;
  if (losses) return `Which loss learns ${dataset} best?`;
  return optimizers ? `Which optimizer learns ${dataset} best?` : `Which setting learns ${dataset} best?`;
}

function answerOf(results: readonly Result[]): Pick<Conclusion, "answer" | "caveats"> {
  const best = bestOf(results);
  if (best?.validationAccuracy === undefined) return { answer: "No run completed an epoch.", caveats: [] };
  const { setting, validationAccuracy } = best;
  const epochs = finalEpoch(setting.completed[0]!)!.epoch;
  const accuracy = summaryText(validationAccuracy, accuracyText);
  const of =
    validationAccuracy.count > 1 ? ` (mean ± standard deviation of ${validationAccuracy.count} seeds)` : "";
  const reached =
    results.length > 1 ? "reached the highest validation accuracy" : "reached a validation accuracy of";
  const answer = `${setting.label} ${reached}${results.length > 1 ? ":" : ""} ${accuracy}${of} after ${epochs} ${epochs === 1 ? "epoch" : "epochs"}.`;
  const others = results.filter((each) => each !== best);
  return { answer, caveats: [...seedCaveats(best, others), ...unfinishedCaveats(results, best)] };
}

/** Seeds share weights and order of images, so settings are compared seed by seed. */
function seedCaveats(best: Result, others: readonly Result[]): string[] {
  const measured = others.filter(
    ({ status, validationAccuracy }) =>
      validationAccuracy !== undefined && (status === "completed" || best.status !== "completed"),
  );
  if (measured.length === 0) return [];
  if (best.validationAccuracy!.count === 1)
    return ["It is one seed: a difference may be chance. Several seeds (--seeds 5) can tell."];
  const unsettled = measured.flatMap((other) => {
    const difference = pairedDifference(best, other);
    if (difference !== undefined && difference.mean - difference.confidence95 > 0) return [];
    const by = difference && `${signed(difference.mean)} ± ${difference.confidence95.toFixed(4)}`;
    return [by === undefined ? other.setting.label : `${other.setting.label} (difference ${by})`];
  });
  if (unsettled.length === 0)
    return [
      "Seed by seed, it is ahead of every other setting by more than the 95 % confidence interval of the difference.",
    ];
  return [
    `Not told apart from ${unsettled.join(", ")}: the 95 % confidence interval of the difference, seed by seed, includes zero. More seeds make it narrower.`,
  ];
}

/** Best minus other, over the seeds that both completed; undefined for fewer than two. */
function pairedDifference(best: Result, other: Result) {
  const accuracy = (run: RunRecord) => finalEpoch(run)!.validation.accuracy;
  const bySeed = new Map(other.setting.completed.map((run) => [run.config.seed, accuracy(run)]));
  const differences = best.setting.completed.flatMap((run) => {
    const theirs = bySeed.get(run.config.seed);
    return theirs === undefined ? [] : [accuracy(run) - theirs];
  });
  return differences.length < 2 ? undefined : summarise(differences);
}

function unfinishedCaveats(results: readonly Result[], best: Result): string[] {
  const unfinished = results.filter(({ status }) => status !== "completed");
  if (unfinished.length === 0) return [];
  const list = unfinished.map(({ setting, status }) => `${setting.label} (${status})`).join(", ");
  if (best.status === "completed") return [`Not ranked, because not all of their runs completed: ${list}.`];
  return [`No setting completed all of its runs; this is over those that did: ${list}.`];
}

const signed = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;
