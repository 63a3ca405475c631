import { conclude } from "../../dist/report/results/conclusion.js";
import { summarise } from "../../dist/statistics/summary.js";
import { armsOf } from "../../dist/study/arms.js";
import { table } from "./table.mjs";

const COLUMNS = [
  ["MNIST, defaults", "mnist-defaults"],
  ["MNIST, tuned", "mnist-tuned"],
  ["Fashion-MNIST, defaults", "fashion-mnist-defaults"],
  ["Fashion-MNIST, tuned", "fashion-mnist-tuned"],
];

/** Rank and test accuracy of every optimizer in the studies that there are. */
export function overview(studies) {
  const columns = COLUMNS.filter(([, name]) => studies.has(name));
  const cells = columns.map(([, name]) => cellsOf(studies.get(name)));
  const optimizers = [...(cells[0]?.keys() ?? [])];
  return table(
    ["optimizer", ...columns.map(([title]) => title)],
    optimizers.map((optimizer) => [optimizer, ...cells.map((column) => column.get(optimizer))]),
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
