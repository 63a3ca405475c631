import { benchConfigSchema } from "../../../src/bench/bench-config.js";
import { parseCompareConfig } from "../../../src/config/compare-config.js";
import { planRun } from "../../../src/config/run-plan.js";
import { studyArms } from "../../../src/config/study-arms.js";
import { planStudy } from "../../../src/config/study-plan.js";
import { parseTrainConfig } from "../../../src/config/train-config.js";
import { inMemoryDataset } from "../../../src/data/in-memory.js";
import { LOSSES } from "../../../src/losses/losses.js";
import { OPTIMIZERS } from "../../../src/optimizers/optimizers.js";
import { SCHEDULES } from "../../../src/schedules/schedules.js";
import { parse } from "../../../src/validation/parse.js";
import { INPUTS } from "../../hostile/every-config.js";
import type { Target } from "../target.js";
import { type DamagedValue, damagedValues, damageValue } from "../value-edits.js";

const dataset = { name: "tiny", height: 8, width: 8, channels: 1, classes: 3, count: 60 } as never;

/** Configs, and what plans them. Nothing is trained. */
const CONFIGS: readonly (readonly [value: unknown, plan: (config: never) => unknown])[] = (
  [
    ["train", (config: never) => planRun(parseTrainConfig(config), dataset)],
    ["trainOwn", (config: never) => planRun(parseTrainConfig(config), dataset)],
    ["compare", (config: never) => planStudy(studyArms(parseCompareConfig(config)), () => dataset)],
    ["compareArms", (config: never) => planStudy(studyArms(parseCompareConfig(config)), () => dataset)],
    ["bench", (config: never) => parse(benchConfigSchema, config, "bench config")],
    ["dataset", (config: never) => inMemoryDataset(config, "dataset")],
  ] as const
).map(([name, plan]) => [withoutFunctions(INPUTS[name]()), plan]);

/** Callbacks and signals are not data. */
function withoutFunctions(config: object): unknown {
  const { signal: _, preset: __, ...rest } = config as Record<string, unknown>;
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => typeof value !== "function"));
}

const WORDS = [...Object.keys(OPTIMIZERS), ...Object.keys(LOSSES), ...Object.keys(SCHEDULES)];

/** The configs of runs, studies and measurements, and images in memory. */
export const configs = (): Target<DamagedValue> => ({
  name: "configs",
  quick: 1000,
  inputs: damagedValues(CONFIGS.length, [...WORDS, "mnist-99", "lenet-5", "pytorch", "tuned", "log", "same"]),
  read: (input) =>
    CONFIGS[input.value]![1](
      damageValue(
        CONFIGS.map(([value]) => value),
        input,
      ) as never,
    ),
  codes: ["CONFIG", "FORMULA", "DATA"],
  names: ({ path, message }) => path !== undefined || /config|dataset/.test(message),
});
