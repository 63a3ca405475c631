import type { Command } from "commander";
import { decimalNumber } from "./decimal-number.js";

/** Where a saved model computes. */
export interface ModelPlace {
  readonly device?: string;
  readonly threads?: number;
}

export const addModelOptions = (command: Command): Command =>
  command
    .option("--device <device>", "device to compute on: auto, cpu, cuda or cuda:1 (default: cpu)")
    .option(
      "--threads <count>",
      "CPU threads (default: the cores that are available to this process)",
      decimalNumber,
    );
