import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Dataset } from "../../../src/data/dataset.js";
import { findPublished, publishedFolders } from "../../../src/data/named/find-published.js";
import { loadPublished } from "../../../src/data/named/load-published.js";
import { loadNamedDataset } from "../../../src/data/named/named-datasets.js";
import { PUBLISHED, type Published, type PublishedName } from "../../../src/data/named/published.js";
import { idx, temporaryFolder, writeFiles } from "../idx-files.js";

/** Four files of the right names and shapes that are not MNIST. */
const IMPOSTOR = {
  "train-images-idx3-ubyte.gz": idx([2, 28, 28]),
  "train-labels.idx1-ubyte": idx([2]),
  "t10k-images.idx3-ubyte": idx([2, 28, 28]),
  "t10k-labels-idx1-ubyte.gz": idx([2]),
};
const MNIST = findPublished("mnist");
const FASHION = findPublished("fashion-mnist");

afterEach(() => vi.unstubAllEnvs());

describe("findPublished", () => {
  it("looks in OPTIMBENCH_DATA and its subfolders, the per-user cache, and Debian's folder", () => {
    const [data, cache] = [temporaryFolder(), temporaryFolder()];
    vi.stubEnv("OPTIMBENCH_CACHE", cache);
    vi.stubEnv("OPTIMBENCH_DATA", data);
    const others = [join(cache, "data", "mnist"), "/usr/share/datasets/mnist"];
    expect(publishedFolders("mnist")).toEqual([data, join(data, "mnist"), ...others]);
    expect(publishedFolders("emnist-letters")).toEqual([
      ...[data, join(data, "emnist-letters"), join(data, "emnist"), join(cache, "data", "emnist")],
      "/usr/share/datasets/emnist-letters",
    ]);
    expect(findPublished("mnist")).toBeUndefined();
    writeFiles(join(data, "mnist"), IMPOSTOR);
    expect(findPublished("mnist")?.folder).toBe(join(data, "mnist"));
    writeFiles(data, IMPOSTOR);
    expect(findPublished("mnist")).toEqual({
      folder: data,
      paths: Object.keys(IMPOSTOR).map((name) => join(data, name)),
    });
    vi.stubEnv("OPTIMBENCH_DATA", "");
    expect(publishedFolders("mnist")).toEqual(others);
  });

  it("looks in the given folder alone, for all files", () => {
    const folder = temporaryFolder();
    const { "t10k-labels-idx1-ubyte.gz": last, ...others } = IMPOSTOR;
    writeFiles(folder, others);
    expect(findPublished("mnist", folder)).toBeUndefined();
    writeFiles(folder, { "t10k-labels-idx1-ubyte.gz": last });
    expect(findPublished("mnist", folder)?.folder).toBe(folder);
    expect(findPublished("mnist", join(folder, "none"))).toBeUndefined();
  });

  it("wants gzipped files where only their checksums are known", () => {
    const folder = temporaryFolder();
    const { "train-labels.idx1-ubyte": labels, "t10k-images.idx3-ubyte": images, ...others } = IMPOSTOR;
    writeFiles(folder, IMPOSTOR);
    expect(findPublished("kmnist", folder)).toBeUndefined();
    writeFiles(folder, {
      ...others,
      "train-labels-idx1-ubyte.gz": labels,
      "t10k-images-idx3-ubyte.gz": images,
    });
    expect(findPublished("kmnist", folder)?.folder).toBe(folder);
  });

  it.runIf(MNIST)("tells datasets with the same file names apart", () => {
    vi.stubEnv("OPTIMBENCH_CACHE", temporaryFolder());
    vi.stubEnv("OPTIMBENCH_DATA", MNIST!.folder);
    expect(findPublished("mnist")?.folder).toBe(MNIST!.folder);
    expect(findPublished("kmnist")).toBeUndefined();
    expect(findPublished("fashion-mnist", MNIST!.folder)).toBeUndefined();
  });
});

describe("PUBLISHED", () => {
  it.each(Object.entries(PUBLISHED) as [PublishedName, Published][])("%s is complete", (_, published) => {
    const { files, archive, mirrors, classNames = [] } = published;
    for (const { sha256 } of [...files, ...(archive ? [archive] : [])])
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(mirrors.length).toBeGreaterThan(0);
    for (const url of mirrors) expect(url).toMatch(/^https:.*\/$/);
    expect(new Set(classNames).size).toBe(classNames.length);
  });
});

describe("loadPublished", () => {
  it("refuses files with other content", async () => {
    const folder = temporaryFolder();
    writeFiles(folder, IMPOSTOR);
    await expect(loadNamedDataset("mnist", { dataDir: folder })).rejects.toThrow(
      /train-images-idx3-ubyte\.gz is not MNIST's train-images-idx3-ubyte: the SHA-256 of its content is [0-9a-f]{64}, expected ba89/,
    );
  });

  it.each(["kmnist", "emnist-digits"] as const)("compares the gzipped files of %s", async (name) => {
    const folder = temporaryFolder();
    writeFiles(
      folder,
      Object.fromEntries(PUBLISHED[name].files.map((file) => [`${file.name}.gz`, idx([2, 1, 1])])),
    );
    const [{ name: first, sha256 }] = PUBLISHED[name].files as [Published["files"][number]];
    const found = createHash("sha256")
      .update(readFileSync(join(folder, `${first}.gz`)))
      .digest("hex");
    await expect(loadNamedDataset(name, { dataDir: folder })).rejects.toThrow(
      `${first}.gz is not ${PUBLISHED[name].title}'s ${first}: the SHA-256 of the file is ${found}, expected ${sha256}.`,
    );
  });

  it("refuses batches of CIFAR-10 with other content", async () => {
    const folder = temporaryFolder();
    writeFiles(
      folder,
      Object.fromEntries(PUBLISHED["cifar-10"].files.map(({ name }) => [name, Buffer.alloc(3073)])),
    );
    await expect(loadNamedDataset("cifar-10", { dataDir: folder })).rejects.toThrow(
      /data_batch_1\.bin is not CIFAR-10's data_batch_1\.bin: the SHA-256 of its content is [0-9a-f]{64}, expected cee9/,
    );
  });

  const shapeOf = ({ images, labels, test, ...rest }: Dataset) => ({
    ...rest,
    pixels: images.length,
    testCount: test?.count,
    first: [...labels.subarray(0, 10)],
    firstOfTest: [...test!.labels.subarray(0, 10)],
  });
  const shape = {
    count: 60_000,
    height: 28,
    width: 28,
    channels: 1,
    classes: 10,
    pixels: 47_040_000,
    testCount: 10_000,
  };

  it.runIf(MNIST)("reads the published files of MNIST", async () => {
    expect(shapeOf(await loadPublished("mnist", MNIST!.paths))).toEqual({
      name: "mnist",
      ...shape,
      first: [5, 0, 4, 1, 9, 2, 1, 3, 1, 4],
      firstOfTest: [7, 2, 1, 0, 4, 1, 4, 9, 5, 9],
    });
  });

  it.runIf(FASHION)("reads the published files of Fashion-MNIST", async () => {
    expect(shapeOf(await loadPublished("fashion-mnist", FASHION!.paths))).toEqual({
      name: "fashion-mnist",
      ...shape,
      classNames: PUBLISHED["fashion-mnist"].classNames,
      first: [9, 0, 0, 3, 0, 2, 7, 2, 5, 5],
      firstOfTest: [9, 2, 1, 1, 6, 1, 4, 6, 5, 7],
    });
  });
});
