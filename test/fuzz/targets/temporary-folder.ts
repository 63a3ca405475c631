import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A folder for the files of a target. */
export class TemporaryFolder {
  readonly path = mkdtempSync(join(tmpdir(), "optimbench-fuzz-"));

  /** Writes a file and returns its path. */
  write(name: string, content: string | Uint8Array): string {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  remove = (): void => rmSync(this.path, { recursive: true, force: true });
}
