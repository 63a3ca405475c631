import { stringify } from "csv-stringify/sync";
import { armsOf } from "../../study/arms.js";
import { differingPaths, textAt } from "../../study/labels.js";
import { ranInParallel, type Study } from "../../study/study.js";
import type { RunRecord } from "../../training/run-record.js";
import { printable } from "../../validation/printable.js";

export type Row = Readonly<Record<string, string | number | null | undefined>>;

/** The first columns: what a run is. */
const RUN = ["arm", "optimizer", "semantics", "initialLearningRate", "loss", "seed", "status"];

/** The paths that other columns contain. */
const SHOWN = /^(optimizer\.(semantics|learningRate)|loss\.name)$/;

/**
 * A CSV table with some rows per run. The first columns say what the run is, the last ones are the other varied fields. It is
 * generated run by run, so that no string holds all of a large study. Seconds are empty where runs went in parallel. Runs on
 * several machines have the number of their machine.
 */
export function* runsTable(
  study: Study,
  columns: readonly string[],
  rowsOf: (run: RunRecord) => readonly Row[],
): Generator<string> {
  const isTimed = !ranInParallel(study);
  const arms = armsOf(study);
  const varied = differingPaths(arms.map(({ config }) => config)).filter((path) => !SHOWN.test(path));
  const areSeveral = study.machines !== undefined;
  yield csv([[...RUN, ...(areSeveral ? ["machine"] : []), ...columns, ...varied.map(printable)]]);
  for (const { label, config, runs } of arms) {
    const last = varied.map((path) => textAt(config, path));
    for (const run of runs) {
      const { optimizer, loss, seed } = run.config;
      const first = [
        label,
        printable(optimizer.name),
        printable(optimizer.semantics),
        optimizer.learningRate,
        printable(loss.name),
        seed,
        run.status,
        ...(areSeveral ? [run.machine] : []),
      ];
      const cell = (row: Row, column: string) =>
        isTimed || !column.endsWith("Seconds") ? row[column] : undefined;
      yield csv(rowsOf(run).map((row) => [...first, ...columns.map((each) => cell(row, each)), ...last]));
    }
  }
}

/** Prefixes a name that a spreadsheet would evaluate, such as "=1+1", with an apostrophe. */
const csv = (rows: unknown[][]) => stringify(rows, { escape_formulas: true });
