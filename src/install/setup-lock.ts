import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Holder, holderOf, holderText, passLock, releaseLock, takeLock } from "../system/lock-file.js";
import { makeFolder } from "../system/make-folder.js";
import { identityOf } from "../system/process-identity.js";
import { removeLeftovers } from "../system/temporary-file.js";

/** Held while a setup changes shared files. */
export interface SetupLock {
  /** Adds a program that works on behalf of this setup. It may outlive a killed setup and must end first. */
  readonly adopt: (pid: number | undefined) => void;
}

/**
 * Runs `work` while holding the lock file at `path`. Waits for another holder, and takes the lock over from a dead one.
 *
 * @param onWait called once with a message that names the holder
 */
export async function withLock<Result>(
  path: string,
  onWait: (message: string) => void,
  work: (lock: SetupLock) => Promise<Result>,
): Promise<Result> {
  makeFolder(dirname(path));
  await removeLeftovers(dirname(path));
  for (let announced = false; ; announced = true) {
    const holder = takeLock(path);
    if (holder === undefined) break;
    if (!announced) onWait(waitMessage(holder, path));
    await sleep(500);
  }
  try {
    return await work({
      adopt: (pid) => {
        if (pid !== undefined) passLock(path, holderOf(identityOf(pid)));
      },
    });
  } finally {
    releaseLock(path);
  }
}

function waitMessage(holder: Holder, path: string): string {
  const processes = holderText(holder).replace(/ on .*/, "");
  return holder.host === hostname()
    ? `Waiting for another setup (${processes}) to finish ...`
    : `Waiting for a setup on ${holder.host} (${processes}) to finish; if it is gone, delete ${path}.`;
}
