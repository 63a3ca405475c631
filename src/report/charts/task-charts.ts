import type { TopLevelSpec } from "vega-lite";
import { performanceProfile } from "../../statistics/performance-profile.js";
import type { Study } from "../../study/study.js";
import { countText } from "../../validation/count-text.js";
import { type AcrossTasks, acrossTasks } from "../../verdicts/across-tasks.js";
import { CHART_CONFIG, colourOf, dashOf, VEGA_LITE } from "./chart-style.js";
import { chartLegend, chartTitle } from "./chart-text.js";
import type { Chart } from "./study-charts.js";

const WIDTH = 620;

/** The charts of a study over several tasks; none for others. */
export function taskCharts(study: Study): Chart[] {
  const found = acrossTasks(study);
  if (found === undefined) return [];
  return [
    { name: "critical-difference", title: "Mean ranks", spec: rankDiagram(found) },
    { name: "performance-profile", title: "Performance profile", spec: profileChart(found) },
  ];
}

const ROW = 22;

/** A critical-difference diagram (Demšar 2006): methods at their mean ranks, and bars over those that are not told apart. */
function rankDiagram({ tasks, methods, groups, criticalDifference, p }: AcrossTasks): TopLevelSpec {
  const title = `Mean ranks over ${countText(tasks.length, "task")}`;
  const rows = methods.length + groups.length;
  const points = methods.map(({ label, meanRank }, i) => ({
    label,
    rank: meanRank,
    y: groups.length + i + 1,
  }));
  const bars = groups.map(([first, last], i) => ({
    from: methods[first]!.meanRank,
    to: methods[last]!.meanRank,
    y: i + 0.6,
  }));
  const x = { type: "quantitative", title: "mean rank (1 is best)" } as const;
  return {
    $schema: VEGA_LITE,
    description: `${title}: ${methods.map(({ label, meanRank }) => `${label} ${meanRank.toFixed(2)}`).join(", ")}. table.md has the numbers.`,
    title: chartTitle(
      title,
      [
        groups.length > 0 ? "Bars connect methods that are not told apart" : "All methods are told apart",
        `Critical difference ${criticalDifference.toFixed(2)} (Nemenyi, 5%); Friedman's test p ${p < 0.001 ? "< 0.001" : `= ${p.toFixed(3)}`}`,
      ],
      WIDTH,
    ),
    width: WIDTH,
    height: (rows + 1) * ROW,
    config: CHART_CONFIG,
    encoding: {
      y: { field: "y", type: "quantitative", axis: null, scale: { domain: [rows + 1, 0], nice: false } },
      x: {
        ...x,
        field: "rank",
        scale: { domain: [1, methods.length], nice: false, padding: 12 },
        axis: { orient: "top", tickMinStep: 1, format: "d", grid: false },
      },
    },
    layer: [
      {
        data: { values: points },
        mark: { type: "rule", color: "#BBBBBB", strokeWidth: 1 },
        encoding: { y2: { datum: 0 } },
      },
      {
        data: { values: bars },
        mark: { type: "rule", color: "#333333", strokeWidth: 5, strokeCap: "round" },
        encoding: { x: { ...x, field: "from" }, x2: { field: "to" } },
      },
      {
        data: { values: points },
        mark: { type: "point", filled: true, size: 60, color: colourOf(0), opacity: 1 },
      },
      {
        data: { values: points },
        // To the left, where no rule of a later row is.
        mark: { type: "text", align: "right", dx: -9, fontSize: 12, color: "#222222", limit: WIDTH / 2 },
        encoding: { text: { field: "label" } },
      },
    ],
  };
}

const POINTS = 200;
const MOST_TIMES = 10;

/** For each number of errors relative to a task's best, the share of a method's runs with at most as many. */
export function performanceProfiles(methods: AcrossTasks["methods"]) {
  const all = methods.flatMap(({ scores }) => scores.flat());
  const low = Math.max(0.5, Math.min(1, 1 / Math.max(...all)));
  const high = Math.min(MOST_TIMES, Math.max(1.2, ...all.map((score) => 1 / score)) * 1.02);
  const times = Array.from({ length: POINTS }, (_, i) => low * (high / low) ** (i / (POINTS - 1)));
  // A score above 1 / t means fewer than t times the errors.
  const bounds = times.map((each) => 1 / each);
  const shares = methods.map(({ scores }) => performanceProfile(scores.flat(), bounds));
  return { low, high, times, shares, ticks: ticksBetween(low, high), isCut: high === MOST_TIMES };
}

function profileChart({ tasks, methods, seeds }: AcrossTasks): TopLevelSpec {
  const { low, high, times, shares, ticks, isCut } = performanceProfiles(methods);
  const { names, legend } = chartLegend(
    methods.map(({ label }) => label),
    WIDTH,
  );
  const rows = shares.flatMap((ofMethod, m) =>
    ofMethod.map((share, i) => ({ name: names[m]!, times: times[i]!, share })),
  );
  const title = `Performance profile over ${countText(tasks.length, "task")}`;
  return {
    $schema: VEGA_LITE,
    description: `${title}, one line for each of ${methods.map(({ label }) => label).join("; ")}. table.md has the numbers.`,
    title: chartTitle(
      title,
      [
        `Share of runs (${countText(seeds, "seed")} per task) with fewer errors; higher is better`,
        ...(isCut ? [`Runs with more than ${MOST_TIMES} times the errors are not shown`] : []),
      ],
      WIDTH,
    ),
    width: WIDTH,
    height: 300,
    config: CHART_CONFIG,
    data: { values: rows },
    mark: { type: "line", interpolate: "step-after", strokeWidth: 2.2 },
    encoding: {
      x: {
        field: "times",
        type: "quantitative",
        title: "errors, relative to the lowest mean of the task",
        scale: { type: "log", domain: [low, high], nice: false },
        axis: { values: ticks, format: "~g" },
      },
      y: {
        field: "share",
        type: "quantitative",
        title: "share of runs",
        scale: { domain: [0, 1], nice: false },
        axis: { format: ".0%" },
      },
      color: {
        field: "name",
        type: "nominal",
        title: null,
        sort: null,
        scale: { domain: [...names], range: names.map((_, i) => colourOf(i)) },
        legend,
      },
      strokeDash: {
        field: "name",
        type: "nominal",
        sort: null,
        scale: { domain: [...names], range: names.map((_, i) => dashOf(i)) },
      },
    },
  };
}

const ticksBetween = (low: number, high: number): number[] =>
  (high > 4
    ? [0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10]
    : [0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.5, 2, 2.5, 3, 4]
  ).filter((each) => each >= low && each <= high);
