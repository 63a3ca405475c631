/**
 * The package's door, whose exports are those of index.ts, each loaded when it is first called: to import optimbench must
 * cost next to nothing where it may never be used. Modules are loaded by `require`, which waits, so that what answers at
 * once in index.ts answers at once here.
 */
import { createRequire } from "node:module";

type Library = typeof import("./index.js");
type Callable = (...given: never[]) => unknown;

export { OptimbenchError } from "./errors.js";

const require = createRequire(import.meta.url);

function lazily<Name extends keyof Library>(name: Name, module: string): Library[Name] {
  const call = (...given: never[]) => (require(module) as Record<Name, Callable>)[name](...given);
  return call as Library[Name];
}

export const bench = lazily("bench", "./bench/bench.js");
export const checkLossGradient = lazily("checkLossGradient", "./check-loss-gradient.js");
export const compare = lazily("compare", "./compare.js");
export const explain = lazily("explain", "./explain/explain.js");
export const loadDataset = lazily("loadDataset", "./data/load-dataset.js");
export const readStudy = lazily("readStudy", "./study-file.js");
export const scheduleMomenta = lazily("scheduleMomenta", "./schedules/schedule-rates.js");
export const scheduleRates = lazily("scheduleRates", "./schedules/schedule-rates.js");
export const train = lazily("train", "./train.js");
export const writeReport = lazily("writeReport", "./report/write-report.js");
export const writeStudy = lazily("writeStudy", "./study-file.js");
