import type { ResolvedCompareConfig, ResolvedTrainConfig } from "../config/resolved-config.js";
import { type ReadOptions, readOptionsOf } from "../data/read-options.js";

type Choice = ReadOptions & Pick<ResolvedTrainConfig, "dataset">;

/** Identifies the images of a run within a study: the dataset's name and how it was read. */
export function datasetKey(config: Choice): string {
  const options = readOptionsOf(config);
  return Object.keys(options).length === 0 ? config.dataset : `${config.dataset} ${JSON.stringify(options)}`;
}

/**
 * Identifies what a run learns. Accuracies are comparable only if this is equal: images of another size or without colour pose the
 * same question, other labels do not.
 */
export const taskKey = ({ dataset, labelColumn, labelFile }: Choice): string =>
  datasetKey({ dataset, labelColumn, labelFile });

/** Identifies what the arms of a study are compared on: what they learn, and in a suite also by which model. */
export const comparisonKey = (
  { suite }: Pick<ResolvedCompareConfig, "suite">,
  config: Choice & Pick<ResolvedTrainConfig, "model">,
): string => (suite === undefined ? taskKey(config) : `${taskKey(config)} ${JSON.stringify(config.model)}`);
