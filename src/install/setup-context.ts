import type { SetupLock } from "./setup-lock.js";

/** What the steps of one set-up share. */
export interface Setup {
  readonly log: (line: string) => void;
  readonly quiet: boolean;
  readonly force: boolean;
  readonly lock?: SetupLock | undefined;
}
