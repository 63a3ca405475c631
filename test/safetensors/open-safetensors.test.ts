import { mkdtempSync, rmSync, truncateSync, utimesSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { type OpenSafetensors, openSafetensors } from "../../src/safetensors/open-safetensors.js";
import { writeSafetensors } from "../../src/safetensors/write-safetensors.js";

const folder = mkdtempSync(join(tmpdir(), "optimbench-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "weights.safetensors");
const VALUES = Float32Array.from({ length: 100_000 }, (_, i) => i);

beforeEach(() =>
  writeSafetensors(
    path,
    [{ name: "weight", shape: [VALUES.length] }],
    async function* () {
      yield VALUES;
    },
    {},
  ),
);

/** Changes the last number of the file in place, as a program does that copies another file over it. */
async function edit(): Promise<void> {
  const file = await open(path, "r+");
  const { size, mtimeMs } = await file.stat();
  await file.write(Uint8Array.of(1), 0, 1, size - 1);
  await file.close();
  utimesSync(path, mtimeMs / 1000 + 1, mtimeMs / 1000 + 1); // clocks of file systems are coarse
}

async function valuesOf(file: OpenSafetensors): Promise<number[]> {
  const all: number[] = [];
  for await (const part of file.values(file.tensors.get("weight")!)) all.push(...part);
  return all;
}

async function opened<Result>(work: (file: OpenSafetensors) => Promise<Result>): Promise<Result> {
  const file = await openSafetensors(path);
  return work(file).finally(() => file.close());
}

const refusal = (reason: string) => ({ code: "FILE", path, message: `Cannot read ${path}: ${reason}.` });

describe("an open safetensors file", () => {
  it("is verified and read", async () => {
    await opened(async (file) => {
      await file.verify();
      expect(await valuesOf(file)).toEqual([...VALUES]);
    });
  });

  it("may be replaced by another one, which a rename does", async () => {
    await opened(async (file) => {
      await file.verify();
      rmSync(path);
      expect(await valuesOf(file)).toEqual([...VALUES]);
    });
  });

  it("is refused if a program writes into it between its verification and its reading", async () => {
    await opened(async (file) => {
      await file.verify();
      await edit();
      await expect(valuesOf(file)).rejects.toMatchObject(refusal("it changed while it was read"));
    });
  });

  it("is refused if it is made shorter", async () => {
    await opened(async (file) => {
      truncateSync(path, 1000);
      const shorter = refusal("it became shorter while it was read");
      await expect(valuesOf(file)).rejects.toMatchObject(shorter);
      await expect(file.verify()).rejects.toMatchObject(shorter);
    });
  });
});
