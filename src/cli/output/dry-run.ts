import type { CompareConfig } from "../../config/compare-config.js";
import { configError } from "../../errors.js";
import type { StudyEstimate, TrialsEstimate } from "../../study/estimate.js";
import { printNotice } from "../../system/terminal.js";
import { estimateStudy } from "../../tuning/estimate-study.js";
import { countText, integerText } from "../../validation/count-text.js";
import { durationText } from "../../validation/duration-text.js";
import { onInterrupt } from "../progress/interrupt.js";
import type { Answer } from "./answer.js";
import { withOutOptions } from "./out-folder.js";

interface DryRun {
  /** A folder with a study to continue; undefined for none. */
  readonly folder: string | undefined;
  /** The time for the runs, such as "10m"; undefined for no limit. */
  readonly budget?: string | undefined;
  readonly answer: Answer;
  /** Given by mistake, since nothing is trained. */
  readonly save?: string | undefined;
  /** Given by mistake, since the whole study is estimated. */
  readonly shard?: string | undefined;
}

/** Prints what a study would take. */
export async function dryRun(
  config: CompareConfig,
  { folder, budget, answer, save, shard }: DryRun,
): Promise<void> {
  if (save !== undefined)
    throw configError("--dry-run keeps no model, so there is nothing to save. Omit --dry-run or --save.");
  if (shard !== undefined)
    throw configError("--dry-run estimates the whole study, not a part. Omit --dry-run or --shard.");
  const interrupt = onInterrupt();
  try {
    const options = {
      signal: interrupt.signal,
      onNotice: printNotice,
      ...(folder !== undefined && { folder }),
      ...(budget !== undefined && { budget }),
    };
    const estimate = await withOutOptions(() => estimateStudy(config, options));
    answer.give(estimate, () => estimateText(estimate));
  } finally {
    interrupt.stop();
  }
}

/** The estimate of a study, a line per arm and per resource. */
export function estimateText(estimate: StudyEstimate): string {
  const { arms, runs, seeds, epochs, finished, memoryBytes, diskBytes, trials } = estimate;
  const width = Math.max(...arms.map(({ label }) => label.length));
  return [
    ...(trials === undefined ? [] : trialLines(trials)),
    `${trials === undefined ? "" : "then "}${countText(runs, "run")}: ${countText(arms.length, "arm")}, ${countText(seeds, "seed")}, ${countText(epochs, "epoch")}` +
      finishedText(finished),
    ...arms.map(
      ({ label, secondsPerRun, runs: all, finished: ready }) =>
        `  ${label.padEnd(width)}  ${countText(all - ready, "run")} of ${durationText(secondsPerRun)}`,
    ),
    `time    ${timeText(estimate)}`,
    `memory  about ${megabytes(memoryBytes)}`,
    `disk    about ${megabytes(Math.max(1e5, diskBytes))}, and the report`,
  ].join("\n");
}

const trialLines = ({ runs, finished, seconds, mostMore, mostMoreSeconds }: TrialsEstimate): string[] => [
  `${countText(runs, "run")} of trials, about ${durationText(seconds)}${finishedText(finished)}`,
  ...(mostMore === 0
    ? []
    : [
        `  at most ${integerText(mostMore)} more, about ${durationText(mostMoreSeconds)}, while a best learning rate is on the edge of its space`,
      ]),
];

const finishedText = (finished: number): string => (finished > 0 ? `; ${finished} finished earlier` : "");

function timeText({ seconds, trials }: StudyEstimate): string {
  const all = seconds + (trials?.seconds ?? 0);
  const most =
    trials === undefined || trials.mostMore === 0
      ? ""
      : `, at most ${durationText(all + trials.mostMoreSeconds)}`;
  return `about ${durationText(all)}${most}`;
}

const megabytes = (bytes: number): string =>
  `${bytes < 9.95e6 ? (bytes / 1e6).toFixed(1) : Math.ceil(bytes / 1e6)} MB`;
