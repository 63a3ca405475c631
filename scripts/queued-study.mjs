// A study of short runs for the scripts that disturb a queue: its config, and whether a folder has what one process measures.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compare, readStudy } from "../dist/index.js";
import { measured } from "../dist/study/measured.js";

/** A study of short runs: some ms each, and some per epoch. */
export const shortRuns = (cells, epochs) => ({
  dataset: "digits",
  model: { layers: [{ type: "flatten" }, { type: "dense", units: 10 }] },
  split: { train: 256, validation: 64 },
  optimizers: ["adam", "sgd"],
  seeds: Math.ceil(cells / 2),
  epochs,
  threads: 1,
});

/** Runs the study in this process, and compares it with that in a folder: nothing lost, nothing doubled, the same numbers. */
export async function compareWithOneProcess(folder, config) {
  const { runs, failed = [] } = await readStudy(join(folder, "study.json"));
  const alone = await compare(config);
  const lines = readFileSync(join(folder, "cells.jsonl"), "utf8").match(/^\{"cell":\{"key":"\w+"/gm) ?? [];
  const problems = [
    failed.length > 0 && `${failed.length} failed`,
    runs.length !== alone.runs.length && `${runs.length} runs instead of ${alone.runs.length}`,
    JSON.stringify(runs.map(measured)) !== JSON.stringify(alone.runs.map(measured)) && "other results",
    lines.length !== alone.runs.length && `${lines.length} lines in cells.jsonl`,
    new Set(lines).size !== lines.length && "a cell twice in cells.jsonl",
  ].filter(Boolean);
  const isEqual = problems.length === 0;
  console.log(
    isEqual ? "equal to the study in one process; nothing lost, nothing doubled" : problems.join("; "),
  );
  process.exitCode = isEqual ? 0 : 1;
}
