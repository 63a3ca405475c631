import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { loadDataset } from "../../src/data/load-dataset.js";
import { findPublished } from "../../src/data/named/find-published.js";
import { packageRoot } from "../../src/system/package-root.js";
import { idx, temporaryFolder, writeFiles } from "./idx-files.js";
import { mirror } from "./mirror.js";

const MNIST = findPublished("mnist")?.folder;
const LABELS = readFileSync(new URL("t10k-labels-idx1-ubyte.gz", import.meta.url));
let cache: string;
beforeEach(() => {
  cache = temporaryFolder();
  vi.stubEnv("OPTIMBENCH_CACHE", cache);
  vi.stubEnv("OPTIMBENCH_DATA", undefined);
});
afterEach(() => vi.unstubAllEnvs());

describe("loadDataset", () => {
  it("falls back to mnist-10k, and reports this in the name", async () => {
    expect((await loadDataset()).name).toBe("mnist-10k");
    vi.stubEnv("OPTIMBENCH_DATA", join(cache, "none"));
    expect((await loadDataset()).name).toBe("mnist-10k");
  });

  it.runIf(MNIST)("uses the full set by default if it is present", async () => {
    vi.stubEnv("OPTIMBENCH_DATA", MNIST);
    expect(await loadDataset()).toMatchObject({ name: "mnist", count: 60_000 });
    vi.stubEnv("OPTIMBENCH_DATA", undefined);
    expect((await loadDataset("mnist", { dataDir: MNIST! })).name).toBe("mnist");
  });

  it("does not skip a damaged full set, or a named folder without it", async () => {
    const folder = temporaryFolder();
    await expect(loadDataset(undefined, { dataDir: folder })).rejects.toThrow(
      `The dataset "mnist" was not found: looked for its four files in ${folder} and ${join(folder, "mnist")}.`,
    );
    writeFiles(folder, {
      "train-images-idx3-ubyte": Buffer.from("damaged"),
      "train-labels-idx1-ubyte": idx([1]),
      "t10k-images-idx3-ubyte": idx([1, 1, 1]),
      "t10k-labels-idx1-ubyte": idx([1]),
    });
    vi.stubEnv("OPTIMBENCH_DATA", folder);
    await expect(loadDataset()).rejects.toThrow(`Cannot read ${join(folder, "train-images-idx3-ubyte")}: `);
  });

  it("reports where it looked for MNIST and how to get it", async () => {
    vi.stubEnv("OPTIMBENCH_DATA", "/data/of/mine");
    await expect(loadDataset("mnist")).rejects.toThrow(
      `The dataset "mnist" was not found: looked for its four files in /data/of/mine, /data/of/mine/mnist, ` +
        `${join(cache, "data", "mnist")} and /usr/share/datasets/mnist. ` +
        'Fetch it with "optimbench data fetch mnist", set OPTIMBENCH_DATA to a folder that contains it, ' +
        'or use "mnist-10k", a subset of 10,000 digits that needs no download.',
    );
  });

  it("fetches MNIST on request, into the cache or the named folder", async () => {
    const { url } = await mirror((_, response) => response.end(LABELS));
    const folder = temporaryFolder();
    for (const dataDir of [undefined, folder]) {
      const target = dataDir ?? join(cache, "data", "mnist");
      mkdirSync(target, { recursive: true });
      writeFiles(target, { "train-images-idx3-ubyte": idx([1]) });
      writeFiles(target, { "train-labels-idx1-ubyte": idx([1]), "t10k-images-idx3-ubyte": idx([1]) });
      await expect(loadDataset("mnist", { dataDir, download: true, mirrors: [url] })).rejects.toThrow(
        `${join(target, "train-images-idx3-ubyte")} is not MNIST's train-images-idx3-ubyte`,
      );
      expect(readFileSync(join(target, "t10k-labels-idx1-ubyte.gz")).equals(LABELS)).toBe(true);
    }
  });

  it("reads a folder of IDX files by its path", async () => {
    const folder = temporaryFolder();
    writeFiles(folder, { "train-images-idx3-ubyte": idx([2, 3, 3]), "train-labels-idx1-ubyte": idx([2]) });
    expect(await loadDataset(folder)).toMatchObject({ name: folder, count: 2, height: 3 });
  });

  it("names the folder of a file that is a part of a dataset", async () => {
    const folder = temporaryFolder();
    writeFiles(folder, { "data_batch_1.bin": Buffer.alloc(3073) });
    const file = join(folder, "data_batch_1.bin");
    await expect(loadDataset(file)).rejects.toThrow(
      `The dataset "${file}" is a file. Name its folder, which is a folder with CIFAR-10's data_batch_1.bin: "${folder}".`,
    );
  });

  it("accepts arrays, and returns a loaded dataset unchanged", async () => {
    const dataset = await loadDataset({ images: new Uint8Array(8), labels: [0, 1] });
    expect(dataset).toMatchObject({ name: "in-memory", count: 2, height: 2 });
    expect(await loadDataset(dataset)).toBe(dataset);
    // A copy is another dataset and is checked again.
    await expect(loadDataset({ ...dataset, labels: Uint8Array.of(0, 1, 1) })).rejects.toThrow(
      "`images` holds 8 values",
    );
  });

  it.each([
    [
      "mnist10k",
      'There is no dataset, folder or file "mnist10k". Did you mean "mnist-10k"? Expected "mnist", "fashion-mnist", "kmnist", "emnist-digits", "emnist-letters", "cifar-10", "mnist-10k", "fashion-mnist-10k", "digits", ',
    ],
    ["./no/folder", 'There is no dataset, folder or file "./no/folder". Expected'],
    [process.execPath, `The file "${process.execPath}" is not a dataset. Expected "mnist",`],
    [
      join(packageRoot, "native"),
      `The folder "${join(packageRoot, "native")}" is not a dataset. Expected "mnist",`,
    ],
    ["a\0b", "Expected a path without null characters for `dataset`."],
  ])("rejects the unknown name %s", async (name, message) => {
    await expect(loadDataset(name)).rejects.toMatchObject({
      code: "CONFIG",
      message: expect.stringContaining(message),
    });
  });
});

it.runIf(process.platform !== "win32")("does not wait for a pipe without a writer", async () => {
  const pipe = join(cache, "pipe.csv");
  execFileSync("mkfifo", [pipe]);
  await expect(loadDataset(pipe)).rejects.toThrow(
    `Cannot read ${pipe}: it is not a regular file or a folder.`,
  );
});
