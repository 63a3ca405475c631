import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { findMnist, loadMnist, mnistFolders } from "../../../src/data/named/mnist.js";
import { idx, temporaryFolder, writeFiles } from "../idx-files.js";

/** Four files of the right names and shapes that are not MNIST. */
const IMPOSTOR = {
  "train-images-idx3-ubyte.gz": idx([2, 28, 28]),
  "train-labels.idx1-ubyte": idx([2]),
  "t10k-images.idx3-ubyte": idx([2, 28, 28]),
  "t10k-labels-idx1-ubyte.gz": idx([2]),
};

describe("findMnist", () => {
  it("looks in OPTIMBENCH_DATA, then in the per-user cache", () => {
    const [data, cache] = [temporaryFolder(), temporaryFolder()];
    vi.stubEnv("OPTIMBENCH_CACHE", cache);
    vi.stubEnv("OPTIMBENCH_DATA", data);
    expect(mnistFolders()).toEqual([data, join(cache, "data", "mnist")]);
    expect(findMnist()).toBeUndefined();
    writeFiles(data, IMPOSTOR);
    expect(findMnist()).toBe(data);
    vi.stubEnv("OPTIMBENCH_DATA", "");
    expect(mnistFolders()).toEqual([join(cache, "data", "mnist")]);
    vi.unstubAllEnvs();
  });

  it("looks only in the given folder, for all four files", () => {
    const folder = temporaryFolder();
    const { "t10k-labels-idx1-ubyte.gz": last, ...others } = IMPOSTOR;
    writeFiles(folder, others);
    expect(findMnist(folder)).toBeUndefined();
    writeFiles(folder, { "t10k-labels-idx1-ubyte.gz": last });
    expect(findMnist(folder)).toBe(folder);
    expect(findMnist(join(folder, "none"))).toBeUndefined();
  });
});

describe("loadMnist", () => {
  it("names the files that are missing", async () => {
    const folder = temporaryFolder();
    writeFiles(folder, { "train-labels-idx1-ubyte": idx([1]), "t10k-labels-idx1-ubyte": idx([1]) });
    await expect(loadMnist(folder)).rejects.toThrow(
      `The folder ${folder} is not MNIST: missing train-images-idx3-ubyte, t10k-images-idx3-ubyte.`,
    );
  });

  it("rejects files with other content", async () => {
    const folder = temporaryFolder();
    writeFiles(folder, IMPOSTOR);
    await expect(loadMnist(folder)).rejects.toThrow(
      /train-images-idx3-ubyte\.gz is not MNIST's train-images-idx3-ubyte: the SHA-256 of its content is [0-9a-f]{64}, expected ba89/,
    );
  });

  it.runIf(findMnist())("reads the published files", async () => {
    const dataset = await loadMnist(findMnist()!);
    expect(dataset).toMatchObject({
      name: "mnist",
      count: 60_000,
      height: 28,
      width: 28,
      channels: 1,
      classes: 10,
    });
    expect(dataset.test?.count).toBe(10_000);
    expect([...dataset.labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect([...dataset.test!.labels.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    expect(dataset.images.length).toBe(60_000 * 784);
  });
});
