import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { onTestFinished } from "vitest";
import { idxHeader } from "../../src/data/sources/idx.js";

/** A folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "optimbench-data-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An IDX file's bytes. Default data: 0, 1, 2, ... */
export function idx(dimensions: readonly number[], data?: ArrayLike<number>): Buffer {
  const count = dimensions.reduce((product, size) => product * size, 1);
  return Buffer.concat([
    idxHeader(dimensions),
    Uint8Array.from(data ?? { length: count }, (v, i) => (data ? v : i)),
  ]);
}

/** Writes a folder's files; names that end in .gz are gzipped. */
export function writeFiles(folder: string, files: Readonly<Record<string, Uint8Array>>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files))
    writeFileSync(join(folder, name), name.endsWith(".gz") ? gzipSync(bytes) : bytes);
}
