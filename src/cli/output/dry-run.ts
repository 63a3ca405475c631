import type { CompareConfig } from "../../config/compare-config.js";
import { configError } from "../../errors.js";
import { estimateStudy, type StudyEstimate } from "../../study/estimate.js";
import { printNotice } from "../../system/terminal.js";
import { countText } from "../../validation/count-text.js";
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
  const { arms, runs, seeds, epochs, finished, seconds, memoryBytes, diskBytes } = estimate;
  const width = Math.max(...arms.map(({ label }) => label.length));
  return [
    `${countText(runs, "run")}: ${countText(arms.length, "arm")}, ${countText(seeds, "seed")}, ${countText(epochs, "epoch")}` +
      (finished > 0 ? `; ${finished} finished earlier` : ""),
    ...arms.map(
      ({ label, secondsPerRun, runs: all, finished: ready }) =>
        `  ${label.padEnd(width)}  ${countText(all - ready, "run")} of ${durationText(secondsPerRun)}`,
    ),
    `time    about ${durationText(seconds)}`,
    `memory  about ${megabytes(memoryBytes)}`,
    `disk    about ${megabytes(diskBytes)}, and the report`,
  ].join("\n");
}

const megabytes = (bytes: number): string =>
  `${bytes < 9.95e6 ? (bytes / 1e6).toFixed(1) : Math.ceil(bytes / 1e6)} MB`;
