import type { TopLevelSpec } from "vega-lite";
import type { EpochRecord } from "../../history/epoch-record.js";
import type { Arm } from "../../study/arms.js";
import { isCompleted } from "../../study/compared-runs.js";
import type { Study } from "../../study/study.js";
import { timingOf } from "../../study/timing.js";
import { integerText } from "../../validation/count-text.js";
import { listText } from "../../validation/list-text.js";
import { type Result, resultsOf } from "../results/results.js";
import { earlyEnds } from "../results/run-end.js";
import { type ArmSelection, bestFirst, detailedArms, selectArms } from "../results/select-arms.js";
import { type Task, tasksOf } from "../results/tasks.js";
import { curvesOf, greyCurves, MOST_POINTS } from "./curve.js";
import { lineChart } from "./line-chart.js";
import { extent } from "./ticks.js";
import { accuracyAxis, errorAxis, lossAxis } from "./value-axis.js";

/** A chart of a report. */
export interface Chart {
  /** Its file name without extension. */
  readonly name: string;
  readonly title: string;
  readonly spec: TopLevelSpec;
}

/**
 * A study's charts: the comparisons, then accuracy and loss per selected arm. Arms are compared per task, as accuracies of
 * different tasks are not comparable. Charts without an epoch to show are omitted.
 */
export function studyCharts(study: Study): Chart[] {
  const timed = timingOf(study).note === undefined;
  const tasks = tasksOf(study, resultsOf(study), ({ arm }) => arm.config);
  return [
    ...tasks.flatMap(({ name, items }) => comparisons(selectArms(items), bestFirst(items)[0], timed, name)),
    ...detailedArms(tasks.map(({ items }) => items)).flatMap(armCharts),
  ].filter((chart): chart is Chart => chart !== undefined);
}

type Value = (epoch: EpochRecord) => number | null;
const validationAccuracy: Value = ({ validation }) => validation.accuracy;
const validationLoss: Value = ({ validation }) => validation.loss;

/**
 * @param timed whether the times of all runs are comparable
 * @param task what titles and file names call the task
 */
function comparisons(
  selection: ArmSelection,
  winner: Result | undefined,
  timed: boolean,
  task: Task<Result>["name"],
): (Chart | undefined)[] {
  const compared = ({ name, title, ...comparison }: Comparison) =>
    comparisonChart(selection, {
      name: task === undefined ? name : `${name}-${task.slug}`,
      title: task === undefined ? title : `${title} on ${task.title}`,
      ...comparison,
    });
  // Values of different losses are not comparable, so each loss has a chart.
  const losses = [...new Set(selection.named.map(({ loss }) => loss))];
  return [
    compared({
      name: "validation-accuracy",
      title: "Validation accuracy by epoch",
      value: validationAccuracy,
      axis: errorAxis,
      tick: winner?.validationAccuracy?.mean,
      x: "epoch",
    }),
    timed
      ? compared({
          name: "validation-accuracy-seconds",
          title: "Validation accuracy by training time",
          value: validationAccuracy,
          axis: errorAxis,
          tick: winner?.validationAccuracy?.mean,
          x: "seconds",
        })
      : undefined,
    ...losses.map((loss, i) =>
      compared({
        name: losses.length === 1 ? "validation-loss" : `validation-loss-${i + 1}`,
        title: "Validation loss by epoch",
        value: validationLoss,
        axis: lossAxis(loss),
        tick: winner?.arm.loss === loss ? winner.validationLoss?.mean : undefined,
        x: "epoch",
        loss,
      }),
    ),
  ];
}

interface Comparison extends Pick<Parameters<typeof lineChart>[0], "title" | "axis" | "tick" | "x"> {
  readonly name: string;
  readonly value: Value;
  /** Shows only arms with this loss; undefined for all. Each arm has the same colour in every chart. */
  readonly loss?: string;
}

function comparisonChart(
  { named, others, unnamed }: ArmSelection,
  { name, title, value, axis, tick, x, loss }: Comparison,
): Chart | undefined {
  const isShown = (arm: Arm) => loss === undefined || arm.loss === loss;
  const arms = named.filter(isShown);
  const grey = unnamed === 0 ? undefined : `${integerText(unnamed)} other arms`;
  const drawnGrey = others.filter(isShown);
  const curves = [
    ...arms.flatMap((arm) => curvesOf(arm, arm.labelInTask, value)),
    ...drawnGrey.flatMap((arm) => greyCurves(arm, grey!, value)),
  ];
  if (curves.length === 0) return undefined;
  const list = listText(
    arms.map(({ labelInTask }) => labelInTask),
    { separator: "; ", most: 10 },
  );
  const inGrey = others.length < unnamed ? `${others.length} of the ${integerText(unnamed)}` : "the";
  const spec = lineChart({
    title,
    subtitle: [
      ...(grey === undefined ? [] : [`In colour: the ${named.length} best; in grey: ${inGrey} others`]),
      ...subtitle(arms),
    ],
    description: `${title}, one line for each of ${list}. table.md has the numbers.`,
    curves,
    names: named.map(({ labelInTask }) => labelInTask),
    ...(grey !== undefined && { grey }),
    x,
    axis,
    tick,
    width: 620,
    height: 340,
  });
  return { name, title, spec };
}

function armCharts(arm: Arm): (Chart | undefined)[] {
  const { loss } = arm;
  return (["accuracy", "loss"] as const).map((metric) => {
    const curves = [
      ...curvesOf(arm, "training", ({ train }) => train[metric]),
      ...curvesOf(arm, "validation", ({ validation }) => validation[metric]),
    ];
    if (curves.length === 0) return undefined;
    const title = `${arm.label}: ${metric}`;
    const spec = lineChart({
      title,
      subtitle: subtitle([arm]),
      description: `${title} by epoch, on the training and on the validation images. epochs.csv has the numbers.`,
      curves,
      names: ["training", "validation"],
      x: "epoch",
      axis: metric === "loss" ? lossAxis(loss) : accuracyAxis,
      width: 400,
      height: 260,
    });
    return { name: `${metric}-${arm.slug}`, title, spec };
  });
}

/** Explains lines and bands, and lists runs that ended early. */
function subtitle(arms: readonly Arm[]): string[] {
  const counts = arms.map(({ completed }) => completed.length).filter((count) => count > 0);
  const [least, most] = extent(counts);
  const lengths = (arm: Arm) => new Set(arm.completed.map(({ history }) => history.length));
  const uneven = arms.some((arm) => lengths(arm).size > 1);
  const apart = arms.some(({ runs, completed }) => runs.filter(isCompleted).length > completed.length);
  const [, epochs] = extent(arms.flatMap(({ runs }) => runs.map(({ history }) => history.length - 1)));
  const ends = arms.flatMap((arm) =>
    earlyEnds(arm).map(({ mark, text }) => `${mark} ${arms.length > 1 ? `${arm.labelInTask}, ` : ""}${text}`),
  );
  return [
    ...(most > 1
      ? [
          `Mean of ${least < most ? `${least} to ` : ""}${most} seeds${uneven ? " up to the last epoch that all reached" : ""}; band: lowest to highest`,
        ]
      : []),
    ...(epochs > MOST_POINTS
      ? [`Drawn at about ${MOST_POINTS} of ${integerText(epochs)} epochs, including the extremes`]
      : []),
    ...(apart ? ["Thin lines: runs of seeds that not every arm finished"] : []),
    ...ends.slice(0, 3),
    ...(ends.length > 3 ? [`and ${ends.length - 3} more that ended early`] : []),
  ];
}
