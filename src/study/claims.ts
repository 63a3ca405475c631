import { readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { type Holder, releaseLock, renewLock, takeLock } from "../system/lock-file.js";
import { makeFolder } from "../system/make-folder.js";
import { isTemporary } from "../system/temporary-file.js";

const MILLISECONDS_PER_MINUTE = 60_000;
/** How often a claim is renewed, and after how long without that another host may take it over. */
const RENEWED_AFTER = MILLISECONDS_PER_MINUTE / 2;
const STALE_AFTER = 10 * MILLISECONDS_PER_MINUTE;

/**
 * Claims on the cells of a folder, so that several processes do not run the same one. A claim is a lock file in `folder`. If two
 * processes run a cell nevertheless, only time is lost: their results are equal.
 */
export class Claims {
  readonly #held = new Set<string>();
  readonly #folder: string;
  #timer: NodeJS.Timeout | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @returns undefined if the cell is claimed for this process, otherwise who has claimed it */
  take(key: string): Holder | undefined {
    const path = join(this.#folder, key.slice(0, 16));
    const holder = this.#take(path);
    if (holder !== undefined) return holder;
    this.#held.add(path);
    this.#timer ??= setInterval(() => this.#held.forEach(renewLock), RENEWED_AFTER).unref();
    return undefined;
  }

  #take(path: string): Holder | undefined {
    for (;;) {
      makeFolder(this.#folder);
      try {
        return takeLock(path, STALE_AFTER);
      } catch (error) {
        // another process has just removed the empty folder
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      }
    }
  }

  release(key: string): void {
    const path = join(this.#folder, key.slice(0, 16));
    releaseLock(path);
    this.#held.delete(path);
  }

  /** Who has claimed a cell, except this process. */
  others(): Holder[] {
    return claimsIn(this.#folder).flatMap((path) => {
      if (this.#held.has(path)) return [];
      const holder = this.#take(path);
      if (holder === undefined) releaseLock(path);
      return holder ?? [];
    });
  }

  /** Ends the claims, and removes the folder unless other processes have claims. */
  close(): void {
    clearInterval(this.#timer);
    for (const path of this.#held) releaseLock(path);
    this.#held.clear();
    try {
      if (this.others().length === 0) rmdirSync(this.#folder);
    } catch {
      // it does not exist, or another process has just claimed a cell
    }
  }
}

function claimsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !isTemporary(name))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}
