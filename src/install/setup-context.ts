import type { DownloadProgress } from "../system/download.js";
import type { SetupLock } from "./setup-lock.js";

/** What all steps of a setup share. */
export interface Setup {
  readonly log: (line: string) => void;
  readonly quiet: boolean;
  readonly force: boolean;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  readonly lock?: SetupLock | undefined;
}
