import { errorInStudy } from "../config/config-path.js";
import type { GivenArm } from "../config/study-arms.js";
import type { Dataset } from "../data/dataset.js";
import { datasetOf } from "../data/load-dataset.js";
import { readOptionsOf } from "../data/read-options.js";
import type { WatchOptions } from "../data/watch.js";
import { configError } from "../errors.js";

type Config = GivenArm["config"];

/** The datasets of a study by what its arms give: a dataset, and how to read it. */
export class StudyDatasets {
  readonly #datasets = new Map<Config["dataset"], Map<string, Dataset>>();

  /** The dataset of an arm; undefined if it is not loaded. */
  of(config: Config): Dataset | undefined {
    return this.#datasets.get(config.dataset)?.get(optionsText(config));
  }

  /** @throws OptimbenchError (CONFIG) if results could not distinguish the dataset from another one */
  add(config: Config, dataset: Dataset): void {
    const options = optionsText(config);
    const isNameTaken = [...this.#datasets.values()].some((each) => each.get(options)?.name === dataset.name);
    if (isNameTaken)
      throw configError(
        `\`dataset\` is called "${dataset.name}", as another dataset of the study is. Give each a different \`name\`, and name each only once.`,
        "dataset",
      );
    const byOptions = this.#datasets.get(config.dataset) ?? new Map<string, Dataset>();
    this.#datasets.set(config.dataset, byOptions.set(options, dataset));
  }
}

const optionsText = (config: Config) => JSON.stringify(readOptionsOf(config));

/**
 * Loads each dataset of a study's arms once.
 *
 * @param loaded datasets that need not be loaded again
 * @throws as `loadDataset`, and OptimbenchError (CONFIG) if two datasets have the same name in results
 */
export async function loadDatasets(
  arms: readonly GivenArm[],
  loaded = new StudyDatasets(),
  watch: WatchOptions = {},
): Promise<StudyDatasets> {
  const datasets = new StudyDatasets();
  for (const { config, places } of arms) {
    if (datasets.of(config) !== undefined) continue;
    try {
      datasets.add(config, loaded.of(config) ?? (await datasetOf(config, watch)));
    } catch (error) {
      throw errorInStudy(error, places);
    }
  }
  return datasets;
}
