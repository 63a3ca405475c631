import { z } from "zod";
import type { ResolvedTrainConfig } from "../config/resolved-config.js";
import { stepsAnEpoch } from "../config/steps-an-epoch.js";
import type { EpochRecord } from "../history/epoch-record.js";

/** How long training took up to the first evaluation at or above a target; infinite if there was none. */
export interface TimeToTarget {
  /** Seconds of training steps. */
  readonly seconds: number;
  readonly steps: number;
  readonly epochs: number;
}

const MISSED: TimeToTarget = { seconds: Infinity, steps: Infinity, epochs: Infinity };

/** Nothing is interpolated: a run reaches a target when an evaluation shows it. */
export function timeToTarget(
  { config, history }: { readonly config: ResolvedTrainConfig; readonly history: readonly EpochRecord[] },
  target: number,
): TimeToTarget {
  let seconds = 0;
  for (const { epoch, seconds: spent, validation } of history) {
    seconds += spent.train;
    if (validation.accuracy >= target) return { seconds, steps: epoch * stepsAnEpoch(config), epochs: epoch };
  }
  return MISSED;
}

const maybe = z.number().min(0).nullable();

/** JSON has no infinity: a miss is null. */
export const targetTimeSchema = z
  .object({
    target: z.number().describe("the validation accuracy"),
    seconds: maybe.describe("seconds of training steps; null if it was not reached"),
    steps: maybe.describe("training steps; null likewise"),
    epochs: maybe.describe("epochs; null likewise"),
  })
  .describe("the time to a target");

export const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);
