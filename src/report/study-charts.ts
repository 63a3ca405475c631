import type { TopLevelSpec } from "vega-lite";
import type { EpochRecord } from "../history.js";
import { hasSharedClock, type Study } from "../study.js";
import { isCompleted } from "./compared-runs.js";
import { curvesOf } from "./curve.js";
import { groupBy } from "./group-by.js";
import { lineChart } from "./line-chart.js";
import { earlyEnds } from "./run-end.js";
import { type Setting, settingsOf } from "./settings.js";
import { extent } from "./ticks.js";
import { accuracyAxis, errorAxis, lossAxis } from "./value-axis.js";

/** A chart of a report. */
export interface Chart {
  /** Its file name without an ending. */
  readonly name: string;
  readonly title: string;
  readonly spec: TopLevelSpec;
  /** The setting that it shows alone; undefined where it compares. */
  readonly setting?: Setting;
}

/** A study's charts: the comparisons, then accuracy and loss of each setting. What has no epoch to show has no chart. */
export function studyCharts(study: Study): Chart[] {
  const settings = settingsOf(study);
  return [...comparisons(settings, !hasSharedClock(study)), ...settings.flatMap(settingCharts)].filter(
    (chart): chart is Chart => chart !== undefined,
  );
}

const validationAccuracy = ({ validation }: EpochRecord) => validation.accuracy;

/** @param timed whether times can be compared */
function comparisons(settings: readonly Setting[], timed: boolean): (Chart | undefined)[] {
  const byLoss = groupBy(settings, ({ loss }) => loss);
  return [
    compared(
      "validation-accuracy",
      "Validation accuracy by epoch",
      settings,
      validationAccuracy,
      errorAxis,
      "epoch",
    ),
    timed
      ? compared(
          "validation-accuracy-seconds",
          "Validation accuracy by training time",
          settings,
          validationAccuracy,
          errorAxis,
          "seconds",
        )
      : undefined,
    // Values of different losses have nothing in common: each has a chart of its own.
    ...byLoss.map((group, i) => {
      const loss = group[0]!.loss;
      const name = byLoss.length === 1 ? "validation-loss" : `validation-loss-${i + 1}`;
      return compared(
        name,
        "Validation loss by epoch",
        group,
        ({ validation }) => validation.loss,
        lossAxis(loss),
        "epoch",
        settings,
      );
    }),
  ];
}

/** `named` are all settings of the study, so that each keeps its colour in every chart. */
function compared(
  name: string,
  title: string,
  settings: readonly Setting[],
  value: (epoch: EpochRecord) => number | null,
  axis: Parameters<typeof lineChart>[0]["axis"],
  x: "epoch" | "seconds",
  named: readonly Setting[] = settings,
): Chart | undefined {
  const curves = settings.flatMap((setting) => curvesOf(setting, setting.label, value));
  if (curves.length === 0) return undefined;
  const names = named.map(({ label }) => label);
  const description = `${title}, a line for each of ${settings.map(({ label }) => label).join("; ")}. table.md has the numbers.`;
  const spec = lineChart({
    title,
    subtitle: subtitle(settings),
    description,
    curves,
    names,
    x,
    axis,
    width: 620,
    height: 340,
  });
  return { name, title, spec };
}

function settingCharts(setting: Setting): (Chart | undefined)[] {
  const { loss } = setting;
  return (["accuracy", "loss"] as const).map((metric) => {
    const curves = [
      ...curvesOf(setting, "training", ({ train }) => train[metric]),
      ...curvesOf(setting, "validation", ({ validation }) => validation[metric]),
    ];
    if (curves.length === 0) return undefined;
    const title = `${setting.label}: ${metric}`;
    const spec = lineChart({
      title,
      subtitle: subtitle([setting]),
      description: `${title} by epoch, on the training and on the validation images. results.csv has the numbers.`,
      curves,
      names: ["training", "validation"],
      x: "epoch",
      axis: metric === "loss" ? lossAxis(loss) : accuracyAxis,
      width: 400,
      height: 260,
    });
    return { name: `${metric}-${setting.slug}`, title, spec, setting };
  });
}

/** What the lines and bands are, and which runs ended early. */
function subtitle(settings: readonly Setting[]): string[] {
  const counts = settings.map(({ completed }) => completed.length).filter((count) => count > 0);
  const [least, most] = extent(counts);
  const lengths = (setting: Setting) => new Set(setting.completed.map(({ history }) => history.length));
  const uneven = settings.some((setting) => lengths(setting).size > 1);
  const apart = settings.some(({ runs, completed }) => runs.filter(isCompleted).length > completed.length);
  const ends = settings.flatMap((setting) =>
    earlyEnds(setting).map(
      ({ mark, text }) => `${mark} ${settings.length > 1 ? `${setting.label}, ` : ""}${text}`,
    ),
  );
  return [
    ...(most > 1
      ? [
          `Mean of ${least < most ? `${least} to ` : ""}${most} seeds${uneven ? " as far as all of them trained" : ""}; band: lowest to highest`,
        ]
      : []),
    ...(apart ? ["Thin: runs of seeds that not all settings finished"] : []),
    ...ends.slice(0, 3),
    ...(ends.length > 3 ? [`and ${ends.length - 3} more that ended early`] : []),
  ];
}
