import { configError } from "../errors.js";
import { customModelSchema } from "../models/models.js";
import type { CompareConfig } from "./compare-config.generated.js";
import type { ParsedTrainConfig } from "./train-config.js";

/** What a task of a suite sets in the config of its runs. */
type Task = Pick<ParsedTrainConfig, "dataset" | "model" | "epochs">;

const DATASETS = [
  { dataset: "mnist-10k", epochs: 5 },
  { dataset: "fashion-mnist-10k", epochs: 5 },
  { dataset: "digits", epochs: 20 }, // it has a fifth of the images
] as const;

/** Models that fit images of 28 x 28 and of 8 x 8. */
const MODELS = [
  { name: "linear", layers: [{ type: "flatten" }, { type: "dense", units: 10 }] },
  {
    name: "dense",
    layers: [
      { type: "flatten" },
      { type: "dense", units: 128, activation: "relu" },
      { type: "dense", units: 10 },
    ],
  },
  {
    name: "convolutional",
    layers: [
      { type: "conv2d", filters: 16, kernelSize: 3, padding: "same", activation: "relu" },
      { type: "maxPool2d", poolSize: 2 },
      { type: "conv2d", filters: 32, kernelSize: 3, padding: "same", activation: "relu" },
      { type: "maxPool2d", poolSize: 2 },
      { type: "flatten" },
      { type: "dense", units: 10 },
    ],
  },
].map((model) => customModelSchema.parse(model));

/** Named lists of tasks: every arm runs on each. */
export const SUITES = {
  small: DATASETS.flatMap((each) => MODELS.map((model): Task => ({ ...each, model }))),
} as const;

export type SuiteName = keyof typeof SUITES;
export const SUITE_NAMES = Object.keys(SUITES) as [SuiteName, ...SuiteName[]];

/** The keys that the tasks of a suite set. */
const TASK_KEYS = ["preset", "dataset", "model", "epochs", "split"] as const;

/** @throws OptimbenchError (CONFIG) if a config sets what its suite sets. With `arms`, the suite only names where they come from. */
export function checkSuite(given: CompareConfig): void {
  if (given.suite === undefined || given.arms !== undefined) return;
  for (const key of TASK_KEYS) {
    if (given[key] !== undefined) throw excluded(key);
    const path = Object.keys(given.vary ?? {}).find((each) => each.split(/[.[]/, 1)[0] === key);
    if (path !== undefined) throw excluded(`vary.${path}`);
  }
}

const excluded = (path: string) =>
  configError(
    `\`${path}\` and \`suite\` exclude each other: the tasks of a suite set dataset, split, model and epochs. Give one of them.`,
    path,
  );
