import { z } from "zod";
import type { DownloadProgress } from "../system/download.js";
import { callbackSchema, signalSchema } from "../validation/callbacks.js";
import { pathSchema } from "../validation/path-schema.js";
import { type ReadOptions, readOptionsShape } from "./read-options.js";
import type { ReadProgress } from "./watch.js";

/** How to read the images, where to find a published dataset, and whether to download it. */
export interface LoadOptions extends ReadOptions {
  /**
   * Folder with the files of a published dataset, or with a subfolder of its name. Default: `OPTIMBENCH_DATA`, then the per-user
   * cache, then the folder of Debian's package.
   */
  readonly dataDir?: string | undefined;
  /** Whether to download a published dataset into `dataDir` or the per-user cache if it is not found. Default: false. */
  readonly download?: boolean | undefined;
  /** URLs of folders to download from, in order of preference. Default: its public mirrors. */
  readonly mirrors?: readonly string[] | undefined;
  /** Called as a download receives data. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Called as images are read from files, for each image or part of a file, and as images are resized. */
  readonly onRead?: ((progress: ReadProgress) => void) | undefined;
  /** Ends a download, or the reading of files. `loadDataset` then rejects with code ABORTED. */
  readonly signal?: AbortSignal | undefined;
}

export const loadOptionsSchema = z.strictObject({
  ...readOptionsShape,
  dataDir: pathSchema.optional(),
  download: z.boolean().optional(),
  mirrors: z.array(z.url()).max(100).optional(),
  onProgress: callbackSchema<(progress: DownloadProgress) => void>().optional(),
  onRead: callbackSchema<(progress: ReadProgress) => void>().optional(),
  signal: signalSchema.optional(),
});
