import { open, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { OptimbenchError } from "../errors.js";
import { fileProblem } from "../system/file-problem.js";
import { flushFile } from "../system/flush-file.js";
import { releaseLock, takeLock } from "../system/lock-file.js";
import { writeFileAtomically } from "../system/write-file.js";
import { type Line, lineText, parseLines } from "./cell-lines.js";
import { CELLS, LOCK } from "./result-folder.js";

/** Another host's lock counts as abandoned after this time. Appending a line takes milliseconds. */
const STALE_AFTER = 60_000;

/** cells.jsonl of a folder, to which several processes may append. */
export class CellsFile {
  readonly path: string;
  readonly #lock: string;
  /** The last call. Calls take turns, since each of them moves the end. */
  #last: Promise<unknown> = Promise.resolve();
  #end = 0;
  #lines = 0;
  /** Whether the file ended in a torn line when it was read. The next append removes it. */
  isTorn = false;

  constructor(folder: string) {
    this.path = join(folder, CELLS);
    this.#lock = join(folder, LOCK);
  }

  /** Reads the lines that were added since the last call. @throws OptimbenchError (FILE) */
  readNew(): Promise<readonly Line[]> {
    return this.#inTurn(() => this.#readNew());
  }

  async #readNew(): Promise<readonly Line[]> {
    const size = (await stat(this.path).catch(() => undefined))?.size ?? 0;
    if (size < this.#end) throw replaced(this.path);
    if (size === this.#end) return [];
    const bytes = await this.#bytes(size).catch((cause: unknown) => {
      throw new OptimbenchError("FILE", `Cannot read ${this.path}: ${fileProblem(cause)}.`, {
        cause,
        path: this.path,
      });
    });
    const { lines, end, isTorn } = await parseLines(bytes, this.path, this.#lines);
    this.#end += end;
    this.#lines += lines.length;
    this.isTorn = isTorn;
    return lines;
  }

  /**
   * Appends lines, on the disk when the promise resolves. No other process appends meanwhile.
   *
   * @param prepare receives the lines that other processes have added, and returns those to append
   * @param then is done before another process may append
   * @throws OptimbenchError (FILE)
   */
  async append(prepare: (added: readonly Line[]) => readonly Line[], then = async () => {}): Promise<void> {
    await this.#locked(async () => {
      const lines = prepare(await this.#readNew());
      const text = lines.map(lineText).join("");
      if (text !== "") {
        if (this.#end === 0) await writeFileAtomically(this.path, text);
        else await this.#write(text);
      }
      this.#end += Buffer.byteLength(text);
      this.#lines += lines.length;
      await then();
    });
  }

  /** Replaces the file. @throws OptimbenchError (FILE) */
  async replace(lines: readonly Line[]): Promise<void> {
    await this.#locked(async () => {
      const text = lines.map(lineText).join("");
      await writeFileAtomically(this.path, text);
      this.#end = Buffer.byteLength(text);
      this.#lines = lines.length;
    });
  }

  async #bytes(size: number): Promise<Buffer> {
    if (this.#end === 0) return readFile(this.path);
    const file = await open(this.path, "r");
    try {
      const bytes = Buffer.alloc(size - this.#end);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, this.#end);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  /** Writes at the end of the last whole line, and flushes to the disk. */
  async #write(text: string): Promise<void> {
    const file = await open(this.path, "r+");
    try {
      await file.truncate(this.#end);
      const bytes = Buffer.from(text);
      for (let written = 0; written < bytes.length; ) {
        const part = bytes.subarray(written);
        written += (await file.write(part, 0, part.length, this.#end + written)).bytesWritten;
      }
      await flushFile(file);
    } finally {
      await file.close();
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }

  #locked(work: () => Promise<void>): Promise<void> {
    return this.#inTurn(() => this.#lockedNow(work));
  }

  async #lockedNow(work: () => Promise<void>): Promise<void> {
    try {
      while (takeLock(this.#lock, STALE_AFTER) !== undefined) await sleep(5);
      try {
        await work();
      } finally {
        releaseLock(this.#lock);
      }
    } catch (cause) {
      if (cause instanceof OptimbenchError) throw cause;
      throw new OptimbenchError(
        "FILE",
        `Cannot write ${this.path}: ${fileProblem(cause)}. Choose a writable folder with enough free space.`,
        { cause, path: this.path },
      );
    }
  }
}

const replaced = (path: string) =>
  new OptimbenchError(
    "FILE",
    `${path} was replaced by another process while this one used it. Run the command again.`,
    { path },
  );
