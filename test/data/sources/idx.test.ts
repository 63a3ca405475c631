import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { idxHeader, readIdx } from "../../../src/data/sources/idx.js";
import { OptimbenchError } from "../../../src/errors.js";
import { idx, temporaryFolder } from "../idx-files.js";

const file = (bytes: Uint8Array, name = "file") => {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, bytes);
  return path;
};

/** The message that rejects these bytes, without "Cannot read <path>: ". */
async function rejection(bytes: Uint8Array): Promise<string> {
  const path = file(bytes);
  const error = await readIdx(path).catch((reason) => reason);
  expect(error).toBeInstanceOf(OptimbenchError);
  expect(error.code).toBe("DATA");
  expect(error.message.startsWith(`Cannot read ${path}: `)).toBe(true);
  return error.message.slice(`Cannot read ${path}: `.length);
}

const arrays = fc
  .array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 })
  .chain((dimensions) => {
    const count = dimensions.reduce((product, size) => product * size, 1);
    return fc.record({
      dimensions: fc.constant(dimensions),
      data: fc.uint8Array({ minLength: count, maxLength: count }),
    });
  });

describe("readIdx", () => {
  it("writes headers as the format specifies", () => {
    expect([...idxHeader([60_000, 28])]).toEqual([0, 0, 8, 2, 0, 0, 0xea, 0x60, 0, 0, 0, 28]);
  });

  it("reads files, gzipped or not, whatever their name", async () => {
    const path = join(temporaryFolder(), "file.gz");
    await fc.assert(
      fc.asyncProperty(arrays, fc.boolean(), async ({ dimensions, data }, gzip) => {
        const bytes = idx(dimensions, data);
        writeFileSync(path, gzip ? gzipSync(bytes) : bytes);
        expect(await readIdx(path)).toEqual({ dimensions, data });
      }),
      { numRuns: 60 },
    );
  });

  it("reads arrays that come in several pieces", async () => {
    const data = Uint8Array.from({ length: 3 * 1000 * 1000 }, (_, i) => (i * i) >>> 7);
    const bytes = idx([3, 1000, 1000], data);
    for (const each of [bytes, gzipSync(bytes)])
      expect(Buffer.compare((await readIdx(file(each))).data, data)).toBe(0);
  });

  it("rejects every truncation, with the file's name and a reason", async () => {
    const path = join(temporaryFolder(), "cut");
    await fc.assert(
      fc.asyncProperty(arrays, fc.boolean(), fc.nat(), async ({ dimensions, data }, gzip, cut) => {
        const bytes = gzip ? gzipSync(idx(dimensions, data)) : idx(dimensions, data);
        writeFileSync(path, bytes.subarray(0, cut % bytes.length));
        await expect(readIdx(path)).rejects.toThrow(`Cannot read ${path}: it `);
      }),
      { numRuns: 100 },
    );
  });

  it("reports damage with the file's name, or reads an array of the declared size", async () => {
    const path = join(temporaryFolder(), "damaged");
    await fc.assert(
      fc.asyncProperty(
        arrays,
        fc.boolean(),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async ({ dimensions, data }, gzip, place, flip) => {
          const bytes = gzip ? gzipSync(idx(dimensions, data)) : idx(dimensions, data);
          bytes[place % bytes.length]! ^= flip;
          writeFileSync(path, bytes);
          const result = await readIdx(path).catch((reason) => reason);
          if (result instanceof Error) {
            expect(result).toBeInstanceOf(OptimbenchError);
            expect(result.message).toContain(path);
          } else
            expect(result.data.length).toBe(result.dimensions.reduce((a: number, b: number) => a * b, 1));
        },
      ),
      { numRuns: 100 },
    );
  });

  it.each([
    ["other files", Buffer.from("<html>"), "it is not an IDX file (it starts with the bytes 3c68746d)."],
    [
      "an unknown type",
      Buffer.from([0, 0, 7, 1, 0, 0, 0, 0]),
      "it is not an IDX file (it starts with the bytes 00000701).",
    ],
    [
      "other types of values",
      Buffer.from([0, 0, 13, 1, 0, 0, 0, 0]),
      "its values are float32; expected unsigned bytes (type 08).",
    ],
    ["no dimensions", Buffer.from([0, 0, 8, 0]), "it has 0 dimensions; expected 1 to 4."],
    ["many dimensions", Buffer.from([0, 0, 8, 200]), "it has 200 dimensions; expected 1 to 4."],
    ["empty files", Buffer.alloc(0), "it ends within its header."],
    ["half a header", idx([4, 4]).subarray(0, 9), "it ends within its header."],
    [
      "empty arrays",
      Buffer.from(idxHeader([0, 28, 28])),
      "its header declares 0 x 28 x 28 values, so it is empty.",
    ],
    [
      "missing values",
      idx([2, 3]).subarray(0, 16),
      "it is truncated: its header declares 6 values, but 4 are present.",
    ],
    [
      "further values",
      Buffer.concat([idx([2, 3]), Buffer.alloc(1)]),
      "extra bytes follow the 6 values declared in its header.",
    ],
    [
      "sizes beyond all memory",
      Buffer.concat([idxHeader([0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff]), Buffer.alloc(8)]),
      "its header declares 4294967295 x 4294967295 x 4294967295 x 4294967295 values, more than the largest supported size, 1 GiB.",
    ],
    [
      "sizes beyond the file",
      gzipSync(Buffer.concat([idxHeader([1000, 1000, 1000]), Buffer.alloc(8)])),
      "it is truncated: its header declares 1000 x 1000 x 1000 values, more than the file can hold.",
    ],
    [
      "bytes after a gzip stream",
      Buffer.concat([gzipSync(idx([2, 3])), Buffer.alloc(5)]),
      "5 bytes follow its gzip stream.",
    ],
    [
      "megabytes after a gzip stream",
      Buffer.concat([gzipSync(idx([2, 3])), Buffer.alloc(2 ** 20)]),
      "1048576 bytes follow its gzip stream.",
    ],
    [
      "a cut gzip stream",
      gzipSync(idx([20, 30])).subarray(0, -3),
      "it is truncated: its gzip stream is incomplete.",
    ],
    [
      "a damaged gzip stream",
      gzipSync(idx([2, 3])).fill(0xff, 10, 14),
      /^its gzip stream is damaged \(.+\)\.$/,
    ],
  ])("rejects %s", async (_, bytes, message) => {
    const text = await rejection(bytes);
    if (typeof message === "string") expect(text).toBe(message);
    else expect(text).toMatch(message);
  });

  it("rejects a gzip bomb without unpacking it", async () => {
    // 64 KiB of file that unpack to 64 MiB, though the header announces four values.
    const bomb = gzipSync(Buffer.concat([idx([2, 2]), Buffer.alloc(2 ** 26)]));
    const before = process.memoryUsage().arrayBuffers;
    const path = file(bomb);
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().arrayBuffers);
    });
    const error = await readIdx(path).catch((reason) => reason);
    clearInterval(watch);
    most = Math.max(most, process.memoryUsage().arrayBuffers);
    expect(error.message).toBe(
      `Cannot read ${path}: extra bytes follow the 4 values declared in its header.`,
    );
    expect(most - before).toBeLessThan(2 ** 24);
  });

  it("lets the caller reject dimensions before any value is read", async () => {
    const path = file(idx([5, 5]).subarray(0, 14));
    const check = (dimensions: readonly number[]) => {
      throw new Error(`not ${dimensions.join(" by ")}.`);
    };
    await expect(readIdx(path, check)).rejects.toThrow(`Cannot read ${path}: not 5 by 5.`);
  });

  it("rejects what is not a file", async () => {
    const folder = temporaryFolder();
    await expect(readIdx(join(folder, "none"))).rejects.toThrow("none: no such file or folder.");
    mkdirSync(join(folder, "sub"));
    await expect(readIdx(join(folder, "sub"))).rejects.toThrow("sub: it is not a regular file.");
  });

  it.runIf(process.platform !== "win32")("does not wait for a pipe without a writer", async () => {
    const pipe = join(temporaryFolder(), "pipe");
    execFileSync("mkfifo", [pipe]);
    await expect(readIdx(pipe)).rejects.toThrow("pipe: it is not a regular file.");
  });
});
