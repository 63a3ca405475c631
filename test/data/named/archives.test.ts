import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { loadNamedDataset } from "../../../src/data/named/named-datasets.js";
import { PUBLISHED, type Published } from "../../../src/data/named/published.js";
import { idx, temporaryFolder, writeFiles } from "../idx-files.js";
import { mirror } from "../mirror.js";

// The real archives have hundreds of megabytes: small ones of the same form, with their checksums, stand for them.
vi.mock("../../../src/data/named/published.js", () => ({ PUBLISHED: {} }));

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** Packs files into an archive, in a folder there, and describes it. */
function pack(name: string, inner: string, files: Readonly<Record<string, Uint8Array>>) {
  const folder = mkdtempSync(join(tmpdir(), "optimbench-archive-"));
  mkdirSync(join(folder, inner));
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(folder, inner, file), bytes);
  const path = join(folder, name);
  execFileSync("python3", ["-m", name.endsWith(".zip") ? "zipfile" : "tarfile", "-c", path, inner], {
    cwd: folder,
  });
  const bytes = readFileSync(path);
  rmSync(folder, { recursive: true });
  return { bytes, archive: { name, folder: inner, sha256: sha256(bytes), bytes: bytes.length } };
}

const letters = {
  "letters-train-images-idx3-ubyte": idx([2, 3, 3]),
  "letters-train-labels-idx1-ubyte": idx([2], [1, 26]),
  "letters-test-images-idx3-ubyte": idx([1, 3, 3], [9, 8, 7, 6, 5, 4, 3, 2, 1]),
  "letters-test-labels-idx1-ubyte": idx([1], [2]),
};
const gzipped = Object.fromEntries(
  Object.entries(letters).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]),
);
const record = (label: number) =>
  Buffer.from([label, ...Array.from({ length: 3072 }, (_, i) => (i >> 10) * 100 + (i % 100))]);
const batches = {
  "batches.meta.txt": Buffer.from("airplane"),
  "data_batch_1.bin": Buffer.concat([record(3), record(1)]),
  "data_batch_2.bin": record(2),
  "test_batch.bin": record(9),
};

const zip = pack("gzip.zip", "gzip", { "other.gz": gzipSync("other"), ...gzipped });
const tar = pack("batches.tar.gz", "batches-bin", batches);

Object.assign(PUBLISHED, {
  "emnist-letters": {
    title: "EMNIST Letters",
    sha256Of: "gzip",
    folder: "emnist",
    isTransposed: true,
    firstLabel: 1,
    classNames: [..."abcdefghijklmnopqrstuvwxyz"],
    mirrors: [],
    archive: zip.archive,
    files: Object.entries(gzipped).map(([name, bytes]) => ({
      name: name.slice(0, -3),
      sha256: sha256(bytes),
    })),
  },
  "cifar-10": {
    title: "CIFAR-10",
    sha256Of: "content",
    mirrors: [],
    archive: tar.archive,
    files: Object.entries(batches)
      .slice(1)
      .map(([name, bytes]) => ({ name, sha256: sha256(bytes) })),
  },
} satisfies Record<string, Published>);

beforeEach(() => {
  for (const name of ["http_proxy", "HTTP_PROXY", "OPTIMBENCH_DATA"]) vi.stubEnv(name, undefined);
  vi.stubEnv("OPTIMBENCH_CACHE", temporaryFolder());
});

const fetched = async (name: "emnist-letters" | "cifar-10", dataDir: string, archive: Uint8Array) => {
  const { url, asked } = await mirror((_, response) => response.end(archive));
  return { dataset: await loadNamedDataset(name, { dataDir, download: true, mirrors: [url] }), asked };
};

describe("datasets in archives", () => {
  it("unpacks EMNIST's files, turns its images upright and counts its labels from 0", async () => {
    const folder = temporaryFolder();
    const { dataset, asked } = await fetched("emnist-letters", folder, zip.bytes);
    expect(asked).toEqual(["/gzip.zip"]);
    expect(readdirSync(folder)).toEqual(Object.keys(gzipped).sort());
    expect(dataset).toMatchObject({ count: 2, height: 3, width: 3, channels: 1, classes: 26 });
    expect([...dataset.images]).toEqual([0, 3, 6, 1, 4, 7, 2, 5, 8, 9, 12, 15, 10, 13, 16, 11, 14, 17]);
    expect([...dataset.labels]).toEqual([0, 25]);
    expect([...dataset.test!.images]).toEqual([9, 6, 3, 8, 5, 2, 7, 4, 1]);
    expect(dataset.classNames![dataset.test!.labels[0]!]).toBe("b");
  });

  it("unpacks CIFAR-10's batches, and reads their planes as colours", async () => {
    const folder = temporaryFolder();
    const { dataset } = await fetched("cifar-10", folder, tar.bytes);
    expect(readdirSync(folder)).toEqual(["data_batch_1.bin", "data_batch_2.bin", "test_batch.bin"]);
    expect(dataset).toMatchObject({ count: 3, height: 32, width: 32, channels: 3, classes: 10 });
    expect([...dataset.labels, ...dataset.test!.labels]).toEqual([3, 1, 2, 9]);
    for (const start of [0, 3072, 6144])
      expect([...dataset.images.subarray(start, start + 6)]).toEqual([0, 124, 248, 1, 125, 249]);
  });

  it("finds the files in the archive's folder, as unpacking by hand leaves them", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "batches-bin"));
    writeFiles(join(folder, "batches-bin"), batches);
    expect((await loadNamedDataset("cifar-10", { dataDir: folder })).count).toBe(3);
  });

  it("unpacks an archive that is in the folder already, and asks no mirror", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, tar.archive.name), tar.bytes);
    const { dataset, asked } = await fetched("cifar-10", folder, Buffer.from("none"));
    expect([dataset.count, asked]).toEqual([3, []]);
  });

  it("replaces an archive that is damaged", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, tar.archive.name), tar.bytes.subarray(0, 300));
    expect((await fetched("cifar-10", folder, tar.bytes)).dataset.count).toBe(3);
  });

  it("refuses another archive, and says where to get it by hand", async () => {
    const folder = temporaryFolder();
    const other = pack("gzip.zip", "gzip", { "other.gz": gzipSync("other") });
    const { url } = await mirror((_, response) => response.end(other.bytes));
    const options = { dataDir: folder, download: true, mirrors: [url], rounds: 1, pauseMilliseconds: 1 };
    await expect(loadNamedDataset("emnist-letters", options)).rejects.toThrow(
      `EMNIST Letters could not be downloaded:\n  ${url}gzip.zip: the data it sent is not the published file\n` +
        "Behind a proxy, set HTTPS_PROXY. Without a network, copy gzip.zip into a folder and run " +
        '"optimbench data fetch emnist-letters --data-dir FOLDER".',
    );
    expect(readdirSync(folder)).toEqual([]);
  });
});
