import type { Arm } from "../../study/arms.js";
import { comparisonKey } from "../../study/dataset-key.js";
import { differInLoss, differingPaths } from "../../study/labels.js";
import { mixedKernelsNote } from "../../study/mixed-kernels.js";
import type { Study } from "../../study/study.js";
import { timingOf } from "../../study/timing.js";
import type { Heading } from "../../system/plain-table.js";
import { decimalText, decimalTexts } from "../../validation/decimal-text.js";
import { groupBy } from "../../validation/group-by.js";
import { firstLines, listText } from "../../validation/list-text.js";
import { printable } from "../../validation/printable.js";
import type { ArmTargetTime, TargetTimes } from "../../verdicts/target-times.js";
import type { Verdicts } from "../../verdicts/verdicts.js";
import { type Conclusion, conclude } from "../results/conclusion.js";
import { type Result, resultsOf } from "../results/results.js";
import { earlyEnds } from "../results/run-end.js";
import { bestFirst } from "../results/select-arms.js";
import { type Task, tasksOf } from "../results/tasks.js";
import { accuracyText, medianText, numberText, summaryText } from "../text/number-text.js";

/** The results as text, for every kind of table. */
export interface ResultCells {
  readonly conclusion: Conclusion;
  /** The results, by rank, then by accuracy. */
  readonly results: readonly Result[];
  /** The same by task. */
  readonly tasks: readonly Task<Result>[];
  readonly columns: readonly (Heading & Pick<Column, "part">)[];
  /** One row per result, with one cell per column. */
  readonly rows: readonly (readonly string[])[];
  /** The rows of the arms that no arm is better than; none if no arm is better than another. */
  readonly best: ReadonlySet<number>;
  /** Notes on how to read the table. */
  readonly notes: readonly string[];
  /** How to read the times to targets. */
  readonly targetNotes: readonly string[];
}

interface Column {
  readonly head: string;
  readonly cell: (result: Result) => string;
  readonly visible?: boolean;
  readonly text?: boolean;
  readonly dispensable?: number;
  /** What page and LaTeX show in tables of their own: losses and times, and times to a target. */
  readonly part?: "costs" | "targets";
}

/** What the columns of part "costs" are. */
export const costsTitle = ({ columns }: Pick<ResultCells, "columns">): string =>
  columns.some(({ title }) => title === "training, s") ? "Losses and times" : "Losses";

/**
 * The study's table.
 *
 * @param verdicts those of the study, if they are known
 */
export function resultCells(study: Study, verdicts?: Verdicts): ResultCells {
  const conclusion = conclude(study, verdicts);
  const { arms, pairs, targets } = conclusion.verdicts;
  const ranks = new Map(arms.map(({ label, rank }) => [label, rank]));
  const results = inOrder(study, resultsOf(study), [...ranks.keys()]);
  const isDecided = arms.some(({ rank }) => rank > 1);
  const rateTexts = decimalTexts(results.map(({ arm }) => arm.config.optimizer.learningRate));
  const rates = new Map(results.map((result, i) => [result, rateTexts[i]!]));
  const losses = new Set(results.map(({ arm }) => arm.loss));
  const isOfLosses = differInLoss(results.map(({ arm }) => arm.identity));
  const semantics = new Set(results.map(({ arm }) => arm.config.optimizer.semantics));
  const several = results.some(({ arm }) => arm.runs.length > 1);
  const { isTimed: timed, note: timesNote } = timingOf(study);
  const haveSteps = timed && new Set(results.map(({ arm }) => arm.config.batchSize)).size === 1;
  const likelihood =
    losses.size > 1 && results.some(({ negativeLogLikelihood }) => negativeLogLikelihood !== undefined);
  const all: Column[] = [
    {
      head: "rank",
      cell: ({ arm }) => String(ranks.get(arm.label) ?? "–"),
      visible: pairs.length > 0,
    },
    { head: namedBy(results), cell: ({ arm }) => arm.name, text: true },
    {
      head: "semantics",
      dispensable: 2,
      cell: ({ arm }) => originOf(arm.config.optimizer),
      visible: semantics.size > 1,
      text: true,
    },
    {
      head: "loss",
      cell: ({ arm }) => arm.loss,
      visible: losses.size > 1 && !isOfLosses,
      text: true,
    },
    {
      head: "learning rate",
      dispensable: 1,
      cell: (result) => rates.get(result)!,
      visible: !isOfLosses || new Set(rateTexts).size > 1,
    },
    {
      head: "validation accuracy",
      cell: ({ validationAccuracy }) => summaryText(validationAccuracy, accuracyText),
    },
    {
      head: "validation loss",
      dispensable: 6,
      part: "costs",
      cell: ({ validationLoss }) => summaryText(validationLoss, numberText),
    },
    {
      head: "NLL",
      dispensable: 8,
      part: "costs",
      cell: ({ negativeLogLikelihood }) => summaryText(negativeLogLikelihood, numberText),
      visible: likelihood,
    },
    {
      head: "ECE",
      dispensable: 9,
      part: "costs",
      cell: ({ calibrationError }) => summaryText(calibrationError, accuracyText),
      visible: likelihood,
    },
    {
      head: "test accuracy",
      dispensable: 4,
      cell: ({ testAccuracy }) => summaryText(testAccuracy, accuracyText),
      visible: results.some(({ testAccuracy }) => testAccuracy !== undefined),
    },
    {
      head: "seeds",
      dispensable: 3,
      cell: ({ arm }) => String(arm.completed.length),
      visible: several,
    },
    ...targets.map((each): Column => targetColumn(each, timed)),
    {
      head: "training, s",
      dispensable: 5,
      part: "costs",
      cell: ({ trainSeconds }) => summaryText(trainSeconds, numberText),
      visible: timed,
    },
    {
      head: "step, ms",
      dispensable: 7,
      part: "costs",
      cell: ({ stepMilliseconds }) => (stepMilliseconds ? numberText(stepMilliseconds.mean) : "–"),
      visible: haveSteps && results.some(({ stepMilliseconds }) => stepMilliseconds !== undefined),
    },
    {
      head: "update, ms",
      dispensable: 7.5,
      part: "costs",
      cell: ({ updateMilliseconds }) => (updateMilliseconds ? numberText(updateMilliseconds.mean) : "–"),
      visible: haveSteps && results.some(({ updateMilliseconds }) => updateMilliseconds !== undefined),
    },
    {
      head: "status",
      cell: ({ status }) => status,
      visible: results.some(({ status }) => status !== "completed"),
      text: true,
    },
  ];
  const columns = all.filter(({ visible }) => visible !== false);
  return {
    conclusion,
    results,
    tasks: tasksOf(study, results, ({ arm }) => arm.config),
    columns: columns.map(({ head, text, dispensable, part }) => ({
      title: head,
      right: text !== true,
      ...(part !== undefined && { part }),
      ...(dispensable !== undefined && { dispensable }),
    })),
    rows: results.map((result) => columns.map(({ cell }) => cell(result))),
    best: new Set(results.flatMap(({ arm }, i) => (isDecided && ranks.get(arm.label) === 1 ? [i] : []))),
    notes: [
      ...(pairs.length > 0 ? [RANKS] : []),
      ...notesOn(results, semantics),
      ...(likelihood ? [LIKELIHOOD] : []),
      ...[mixedKernelsNote(study), timesNote].filter((note) => note !== undefined),
    ],
    targetNotes: targets.length === 0 ? [] : [timed ? SECONDS_TO_TARGET : EPOCHS_TO_TARGET],
  };
}

/** The median time to a target, or how many of the runs reached it if not all did. */
function targetColumn({ target, arms }: TargetTimes, timed: boolean): Column {
  const times = new Map(arms.map((time) => [time.label, time]));
  const cell = ({ seconds, epochs, reached, runs }: ArmTargetTime) => {
    const median = timed ? seconds : epochs;
    const share = `${reached} of ${runs}`;
    if (median === null) return share;
    const text = timed ? numberText(median) : medianText(median);
    return reached < runs ? `${text} (${share})` : text;
  };
  return {
    head: `to ${target}, ${timed ? "s" : "epochs"}`,
    dispensable: 4.5,
    cell: ({ arm }) => cell(times.get(arm.label)!),
    part: "targets",
  };
}

/** What the first column contains: optimizers, losses, or arms that differ in something else as well. */
function namedBy(results: readonly Result[]): string {
  const configs = results.map(({ arm }) => arm.config);
  const isOther = (path: string) => !/^(optimizer|loss)\./.test(path);
  return configs.some(({ name }) => name !== undefined) || differingPaths(configs).some(isOther)
    ? "arm"
    : differInLoss(results.map(({ arm }) => arm.identity))
      ? "loss"
      : "optimizer";
}

/** The results of the arms with these labels, in this order, then the others. Those of a task are together. */
function inOrder({ config }: Study, results: readonly Result[], labels: readonly string[]): Result[] {
  const tasks = groupBy(results, ({ arm }) => comparisonKey(config, arm.config));
  const byLabel = new Map(bestFirst(results).map((result) => [result.arm.label, result]));
  const first = labels.map((label) => byLabel.get(label)!);
  const all = [...new Set([...first, ...byLabel.values()])];
  return tasks.flatMap((ofTask) => all.filter((result) => ofTask.includes(result)));
}

function notesOn(results: readonly Result[], semantics: ReadonlySet<string>): string[] {
  const seeds = results.reduce((most, each) => Math.max(most, each.validationAccuracy?.count ?? 0), 0);
  return [
    ...(results.length > 0 ? [sourcesNote(results, semantics)] : []),
    ...(seeds > 1 ? [SEVERAL_SEEDS] : []),
    ...firstLines(results.flatMap(({ arm }) => bestEpochNote(arm))),
    ...firstLines(
      results.flatMap(({ arm }) => {
        const ends = earlyEnds(arm).map(({ text }) => text);
        return ends.length === 0 ? [] : [`${arm.label}: ${listText(ends)}.`];
      }),
    ),
  ];
}

/** The sources of the formulas that no column shows: of the optimizers, and of the losses if they differ. */
function sourcesNote(results: readonly Result[], semantics: ReadonlySet<string>): string {
  const [common] = semantics.size === 1 ? semantics : [];
  const others = results.filter(({ arm }) => arm.config.loss.semantics !== common);
  const losses = new Set(others.map(({ arm }) => `${arm.loss} (${originOf(arm.config.loss)})`));
  return [
    ...(differInLoss(results.map(({ arm }) => arm.identity)) ? [oneOptimizer(results)] : []),
    ...(common === undefined ? [] : [`Formulas and defaults: ${originOf({ semantics: common })}.`]),
    ...(losses.size === 0 ? [] : [`Formulas of the losses: ${[...losses].join(", ")}.`]),
  ].join(" ");
}

/** The optimizer of all arms, and its learning rate unless arms differ in it. */
function oneOptimizer(results: readonly Result[]): string {
  const { label, name, learningRate } = results[0]!.arm.config.optimizer;
  const isSame = results.every(({ arm }) => arm.config.optimizer.learningRate === learningRate);
  return `Optimizer: ${printable(label ?? name)}${isSame ? `, learning rate ${decimalText(learningRate)}` : ""}.`;
}

/** The source of a formula, as text. */
const originOf = ({ semantics }: { readonly semantics: string }) => printable(semantics);

/** With early stopping, the epochs that the numbers belong to. */
function bestEpochNote({ label, completed }: Arm): string[] {
  const watched = completed.filter(({ bestEpoch }) => bestEpoch !== undefined);
  if (watched.length === 0) return [];
  const ends = watched.map(
    ({ bestEpoch, stoppedEarly, history }) =>
      `epoch ${bestEpoch} of ${history.at(-1)!.epoch}${stoppedEarly ? ", stopped early" : ""}`,
  );
  return [
    `${label}: weights and metrics of the best epoch (${listText(ends, { separator: "; ", most: 12 })}).`,
  ];
}

const LIKELIHOOD =
  "NLL: negative log-likelihood of the labels under the softmax of the outputs; ECE: expected calibration error (15 bins). Both are computed on the validation images and are comparable between losses.";
const SECONDS_TO_TARGET =
  "To an accuracy, s: seconds of training up to the first evaluation at or above it, median over the seeds; k of n: only k of n seeds reached it.";
const EPOCHS_TO_TARGET =
  "To an accuracy, epochs: up to the first evaluation at or above it, median over the seeds; k of n: only k of n seeds reached it.";
const RANKS = "Rank: 1 + the number of arms that are better. Arms of different ranks may still be undecided.";
const SEVERAL_SEEDS = "Mean ± standard deviation over the completed seeds, at the end of training.";
