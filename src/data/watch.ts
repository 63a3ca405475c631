import { OptimbenchError } from "../errors.js";

/** The progress of reading the images of a dataset. */
export interface ReadProgress {
  /** The file, or the folder of images. */
  readonly path: string;
  /** What is counted: the images' headers, which are read first, images, or bytes of the file. */
  readonly unit: "headers" | "images" | "bytes";
  /** How many have been read. */
  readonly done: number;
  /** How many there are. */
  readonly total: number;
}

/** Watches the reading of a dataset. */
export interface Watch {
  /**
   * Reports progress.
   *
   * @throws OptimbenchError (ABORTED) once the caller's signal has fired
   */
  report(progress: ReadProgress): void;
}

/** What a caller may observe and end. */
export interface WatchOptions {
  readonly onRead?: ((progress: ReadProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export const watch = ({ onRead, signal }: WatchOptions): Watch => ({
  report(progress) {
    if (signal?.aborted) throw new OptimbenchError("ABORTED", `Reading ${progress.path} was stopped.`);
    onRead?.(progress);
  },
});

export const UNWATCHED: Watch = { report() {} };

/** Passes on the bytes of a file, reporting how many have been read. */
export async function* watched(
  source: AsyncIterable<Buffer>,
  { path, total, watch }: { readonly path: string; readonly total: number; readonly watch: Watch },
): AsyncGenerator<Buffer> {
  let done = 0;
  for await (const chunk of source) {
    done += chunk.length;
    watch.report({ path, unit: "bytes", done, total });
    yield chunk;
  }
}
