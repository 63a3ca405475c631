import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Command } from "commander";
import { runLabels } from "../../report/results/run-labels.js";
import type { AlteredRun } from "../../study/altered-runs.js";
import { failedNote } from "../../study/failed-runs.js";
import { CELLS, STUDY } from "../../study/result-folder.js";
import { readStudy } from "../../study/study-file.js";
import { TOLERANCE, type Verification, type VerifiedRun, verifyStudy } from "../../study/verify.js";
import { plainTable } from "../../system/plain-table.js";
import { printNotice } from "../../system/terminal.js";
import { countText } from "../../validation/count-text.js";
import { valueText } from "../../validation/differences.js";
import { studyPath } from "../options/study-argument.js";
import { wholeNumber } from "../options/whole-number.js";
import { type Answer, addAction } from "../output/answer.js";
import { answerNo } from "../output/exit.js";
import { onInterrupt } from "../progress/interrupt.js";

interface Options {
  readonly cells: number;
  readonly seed?: number;
  readonly quiet?: boolean;
}

/** Adds `optimbench verify`, which runs some runs of a study again and compares the results. */
export function addVerifyCommand(program: Command): void {
  const command = program
    .command("verify")
    .description("run random runs of a study again, and compare the results (exit code 1 if any differs)")
    .argument("<study>", "a study.json, or its folder")
    .option("--cells <count>", "number of runs to run again", wholeNumber(1, 100_000), 5)
    .option(
      "--seed <number>",
      "seed of the random choice of runs (default: random)",
      wholeNumber(0, 2 ** 32 - 1),
    )
    .option("--quiet", "do not show progress");
  addAction(command, verify);
}

async function verify(answer: Answer, place: string, { cells, seed, quiet = false }: Options): Promise<void> {
  const path = studyPath(place);
  const study = await readStudy(path);
  const isStored = basename(path) === STUDY && existsSync(join(dirname(path), CELLS));
  const { signal, stop } = onInterrupt();
  const labels = runLabels(study);
  const onRun = (run: VerifiedRun) => {
    if (!quiet)
      printNotice(`${labels[run.number - 1]}: ${run.differences.length === 0 ? "equal" : "DIFFERS"}`);
  };
  try {
    const result = await verifyStudy(study, {
      cells,
      ...(seed !== undefined && { seed }),
      ...(isStored && { folder: dirname(path) }),
      signal,
      onRun,
    });
    answer.give(result, () => [...failedNote(study), verificationText(result, labels)].join("\n"));
    if (!result.passed) answerNo();
  } finally {
    stop();
  }
}

const MOST = 5;

function verificationText(result: Verification, labels: readonly string[]): string {
  const { drawn, isExact, seed, runs, altered } = result;
  const how = isExact
    ? "bit for bit"
    : `within ${TOLERANCE.absolute} + ${100 * TOLERANCE.relative}% of the value, because the study ran on another kind of machine`;
  const tables = [
    ...table(runs, labels, "again"),
    ...table(altered, labels, CELLS),
    ...(altered.length === 0
      ? []
      : [`${STUDY} and ${CELLS} differ in ${countText(altered.length, "run")}: one of them was altered.`]),
  ];
  const isDifferent = runs.some(({ differences }) => differences.length > 0);
  const equal = runs.length < drawn ? "Interrupted, equal so far" : "All are equal";
  const verdict = isDifferent ? "DIFFERENT RESULTS" : equal;
  return [...tables, `${verdict}: ${runs.length} of ${drawn} runs compared ${how} (--seed ${seed}).`].join(
    "\n",
  );
}

/** @param other what the study is compared with */
function table(runs: readonly AlteredRun[], labels: readonly string[], other: string): string[] {
  const head = [
    { title: "run" },
    { title: "differs in" },
    { title: "study", right: true },
    { title: other, right: true },
  ];
  const rows = runs.flatMap(({ number, differences }) =>
    differences
      .slice(0, MOST)
      .map(({ path, a, b }) => [labels[number - 1]!, path || "all", valueText(a), valueText(b)]),
  );
  return rows.length === 0 ? [] : [plainTable(head, rows)];
}
