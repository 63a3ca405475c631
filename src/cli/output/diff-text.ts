import { accuracyText } from "../../report/text/number-text.js";
import type { RunDifference, StudyDiff } from "../../study/diff.js";
import type { Study } from "../../study/study.js";
import { plainTable } from "../../system/plain-table.js";
import { finalEpoch, type RunRecord } from "../../training/run-record.js";
import { countText } from "../../validation/count-text.js";
import { type Difference, valueText } from "../../validation/differences.js";

/** More rows of differing runs are counted only. */
const MOST_RUNS = 20;

/** What differs between two studies, as tables and a last sentence. */
export function diffText(
  { equal, question, environment, shared, runs }: StudyDiff,
  a: Study,
  b: Study,
): string {
  if (equal) return `Equal: question, environment, and the results of ${countText(shared, "run")}.`;
  const settings = [
    ...question.map((each) => ["question", ...settingCells(each)]),
    ...environment.map((each) => ["environment", ...settingCells(each)]),
  ];
  const rows = runs
    .slice(0, MOST_RUNS)
    .map((run) => [
      `${run.label}, seed ${run.seed}`,
      outcome(a.runs[(run.a ?? 0) - 1]),
      outcome(b.runs[(run.b ?? 0) - 1]),
      whatDiffers(run),
    ]);
  const more = runs.length - rows.length;
  return [
    ...(settings.length === 0 ? [] : [plainTable(SETTING_COLUMNS, settings)]),
    ...(rows.length === 0 ? [] : [plainTable(RUN_COLUMNS, rows)]),
    ...(more === 0
      ? []
      : [`${countText(more, "more run")} ${more === 1 ? "differs" : "differ"}; --json lists them.`]),
    summary(shared, runs),
  ].join("\n");
}

const SETTING_COLUMNS = [{ title: "" }, { title: "differs in" }, { title: "A" }, { title: "B" }];
const RUN_COLUMNS = [
  { title: "run" },
  { title: "A", right: true },
  { title: "B", right: true },
  { title: "differs in" },
];

const settingCells = ({ path, a, b, ofLists }: Difference): string[] => [
  path,
  ...[a, b].map((side) => (ofLists ? itemsText(side as unknown[]) : valueText(side))),
];

const itemsText = (items: readonly unknown[]) => (items.length === 0 ? "–" : items.map(valueText).join("\n"));

/** The validation accuracy of a completed run. */
function outcome(run: RunRecord | undefined): string {
  if (run === undefined) return "–";
  const epoch = finalEpoch(run);
  return run.status === "completed" && epoch ? accuracyText(epoch.validation.accuracy) : run.status;
}

const PARTS: readonly (readonly [RegExp, string])[] = [
  [/^status/, "status"],
  [/^parametersSha256\.initial/, "initial weights"],
  [/^parametersSha256/, "final weights"],
  [/^test/, "test"],
  [/^bestEpoch|^stoppedEarly/, "early stopping"],
  [/\.validation\.accuracy$/, "validation accuracy"],
  [/^history/, "other metrics"],
];

function whatDiffers({ a, b, differences }: RunDifference): string {
  if (b === null) return "only in A";
  if (a === null) return "only in B";
  const found = differences.map(({ path }) => PARTS.find(([pattern]) => pattern.test(path))?.[1] ?? path);
  return [...new Set(found)].join(", ");
}

function summary(shared: number, runs: readonly RunDifference[]): string {
  const differing = runs.filter(({ a, b }) => a !== null && b !== null).length;
  const only = { A: runs.filter(({ b }) => b === null).length, B: runs.filter(({ a }) => a === null).length };
  const both = `Of ${countText(shared, "run")} in both studies, ${differing === 0 ? "none differs" : `${differing} ${differing === 1 ? "differs" : "differ"} in results`}`;
  const rest = (["A", "B"] as const)
    .filter((side) => only[side] > 0)
    .map((side) => `; ${countText(only[side], "run")} only in ${side}`);
  return `${both}${rest.join("")}.`;
}
