import { conclude } from "../../dist/report/results/conclusion.js";
import { summarise } from "../../dist/statistics/summary.js";
import { armsOf } from "../../dist/study/arms.js";
import { table } from "./table.mjs";

/** Rank and test accuracy of every arm in the studies that there are. `titles` are the columns' by name of a study. */
export function overview(studies, arm, titles) {
  const columns = Object.keys(titles).filter((name) => studies.has(name));
  const cells = columns.map((name) => cellsOf(studies.get(name)));
  const arms = [...(cells[0]?.keys() ?? [])];
  return table(
    [arm, ...columns.map((name) => titles[name])],
    arms.map((label) => [label, ...cells.map((column) => column.get(label))]),
  );
}

function cellsOf(study) {
  const ranks = new Map(conclude(study).verdicts.arms.map(({ label, rank }) => [label, rank]));
  return new Map(
    armsOf(study).map(({ label, runs }) => {
      const { mean, standardDeviation } = summarise(runs.map(({ test }) => test.accuracy));
      return [label, `${percent(mean)} ± ${percent(standardDeviation)} (${ranks.get(label)})`];
    }),
  );
}

const percent = (share) => (100 * share).toFixed(2);
