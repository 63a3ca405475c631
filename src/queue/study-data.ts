import type { Dataset } from "../data/dataset.js";
import { datasetChecksum } from "../data/dataset-checksum.js";
import { datasetOf } from "../data/load-dataset.js";
import { isDatasetName } from "../data/named/named-datasets.js";
import type { ReadOptions } from "../data/read-options.js";
import { OptimbenchError } from "../errors.js";
import { receiveDataset } from "./sent-data.js";
import type { QueueServer } from "./server.js";
import type { SentDataset, StudyEntry } from "./study-entry.js";

/** The datasets of studies on a worker, by their checksum. They are loaded when the first cell needs them. */
export class StudyData {
  readonly #server: QueueServer;
  readonly #loaded = new Map<string, Promise<Dataset>>();

  constructor(server: QueueServer) {
    this.#server = server;
  }

  /** @throws OptimbenchError if the data is not on this machine, or is not what the study was submitted with */
  async of(needed: SentDataset): Promise<Dataset> {
    const loading = this.#loaded.get(needed.sha256) ?? this.#load(needed);
    this.#loaded.set(needed.sha256, loading);
    return loading.catch((error) => {
      this.#loaded.delete(needed.sha256); // it may appear
      throw error;
    });
  }

  /** Forgets the datasets that none of these studies needs. */
  keepOnly(entries: readonly StudyEntry[]): void {
    const needed = new Set(
      entries.flatMap(({ datasets }) => Object.values(datasets).map(({ sha256 }) => sha256)),
    );
    for (const sum of this.#loaded.keys()) if (!needed.has(sum)) this.#loaded.delete(sum);
  }

  async #load({ sha256, isSent, source }: SentDataset): Promise<Dataset> {
    const dataset = isSent ? await receiveDataset(this.#server, sha256) : await fromDisk(source);
    if (dataset === undefined)
      throw new OptimbenchError(
        "DATA",
        `The dataset "${source.dataset}" is no longer on the server. Run the command of the study again, which sends it.`,
      );
    const found = await datasetChecksum(dataset);
    if (found === sha256) return dataset;
    throw new OptimbenchError(
      "DATA",
      `The dataset "${source.dataset}" on this machine differs from that of the study: its checksum is ${found.slice(0, 16)}..., expected ${sha256.slice(0, 16)}.... Copy the study's dataset here, or submit with --send-data.`,
    );
  }
}

/** A named dataset may be elsewhere than on the machine that submitted the study. */
async function fromDisk({ dataDir, ...choice }: SentDataset["source"]): Promise<Dataset> {
  if (dataDir === undefined) return datasetOf(choice as ReadOptions);
  const there = datasetOf({ ...choice, dataDir } as ReadOptions);
  return isDatasetName(choice.dataset) ? there.catch(() => datasetOf(choice as ReadOptions)) : there;
}
