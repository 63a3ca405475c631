import type { Dataset } from "../dataset.js";
import type { ReadOptions } from "../read-options.js";
import type { Watch } from "../watch.js";

/** What is at the path of a dataset: a file, or a folder with the names in it, in the order of their UTF-16 code units. */
export type Place =
  | { readonly kind: "file"; readonly path: string }
  | {
      readonly kind: "folder";
      readonly path: string;
      readonly files: readonly string[];
      readonly folders: readonly string[];
      /** Links that lead nowhere. */
      readonly brokenLinks: readonly string[];
    };

/** A format of datasets on the disk. */
export interface Source {
  /** What it reads, for messages: "a folder of IDX files". */
  readonly what: string;
  /** Whether its values are in columns, of which the caller may say what they are. */
  readonly hasColumns?: boolean;
  /** Whether its labels may be in a file that the caller names. */
  readonly hasLabelFile?: boolean;
  /** Whether a path is of this format, from names or the first bytes. The content may still be damaged. */
  recognises(place: Place): boolean | Promise<boolean>;
  /**
   * Reads the dataset at a path that `recognises` accepted.
   *
   * @throws OptimbenchError (DATA) that names the file that is missing, damaged or does not fit; (ABORTED) from `watch`
   */
  read(place: Place, options: ReadOptions, watch: Watch): Promise<Dataset>;
}
