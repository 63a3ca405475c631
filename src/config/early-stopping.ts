import { z } from "zod";
import type { EpochRecord } from "../history/epoch-record.js";

/** Source: keras/src/callbacks/early_stopping.py, except that the best weights are always restored. */
export const earlyStoppingSchema = z
  .strictObject({
    monitor: z
      .enum(["validation.loss", "validation.accuracy", "train.loss", "train.accuracy"])
      .default("validation.loss")
      .describe("metric to watch after each epoch"),
    mode: z
      .enum(["auto", "min", "max"])
      .default("auto")
      .describe('whether lower or higher is better. "auto": lower for a loss, higher for an accuracy.'),
    patience: z.int().min(0).default(0).describe("epochs without improvement after which training stops"),
    minDelta: z.number().min(0).default(0).describe("a change must exceed this to count as an improvement"),
    baseline: z
      .number()
      .optional()
      .describe("value that must also be beaten to reset patience; by default none"),
    startFromEpoch: z.int().min(0).default(0).describe("epochs to train before monitoring starts"),
  })
  .readonly()
  .describe("when to end a training run before its last epoch");

/** An {@link EarlyStoppingConfig} with every default filled in. */
export interface EarlyStopping extends z.output<typeof earlyStoppingSchema> {}

/** Decides after each epoch whether it is the best so far, and whether to stop. */
export function startEarlyStopping({
  monitor,
  mode,
  patience,
  minDelta,
  baseline,
  startFromEpoch,
}: EarlyStopping) {
  const [part, metric] = monitor.split(".") as ["validation" | "train", "loss" | "accuracy"];
  const less = mode === "auto" ? metric === "loss" : mode === "min";
  const improves = (value: number, on: number | undefined) =>
    on === undefined || (less ? value + minDelta < on : value - minDelta > on);
  let best: number | undefined;
  let wait = 0;
  return (record: Pick<EpochRecord, "epoch" | "train" | "validation">): "best" | "stop" | "go on" => {
    if (record.epoch <= startFromEpoch) return "go on";
    const value = record[part][metric] ?? Number.NaN;
    wait += 1;
    if (improves(value, best)) {
      best = value;
      if (improves(value, baseline)) wait = 0;
      return "best";
    }
    return wait >= patience ? "stop" : "go on";
  };
}
