import { errorInStudy } from "../config/config-path.js";
import type { GivenArm } from "../config/study-arms.js";
import type { Dataset } from "../data/dataset.js";
import { datasetOf } from "../data/load-dataset.js";
import { configError } from "../errors.js";

/** Datasets by what a config gives as its `dataset`. */
export type StudyDatasets = Map<GivenArm["config"]["dataset"], Dataset>;

/**
 * Loads each dataset of a study's arms once.
 *
 * @param loaded datasets that need not be loaded again
 * @throws as `loadDataset`, and OptimbenchError (CONFIG) if two datasets have the same name in results
 */
export async function loadDatasets(
  arms: readonly GivenArm[],
  loaded: StudyDatasets = new Map(),
): Promise<StudyDatasets> {
  const datasets: StudyDatasets = new Map();
  for (const { config, places } of arms) {
    const { dataset } = config;
    if (datasets.has(dataset)) continue;
    const one =
      loaded.get(dataset) ??
      (await datasetOf(config).catch((error) => {
        throw errorInStudy(error, places);
      }));
    if ([...datasets.values()].some(({ name }) => name === one.name))
      throw errorInStudy(
        configError(
          `\`dataset\` is called "${one.name}", as another dataset of the study is. Give each a different \`name\`, and name each only once.`,
          "dataset",
        ),
        places,
      );
    datasets.set(dataset, one);
  }
  return datasets;
}
