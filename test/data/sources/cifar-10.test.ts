import { describe, expect, it } from "vitest";
import { loadDataset } from "../../../src/data/load-dataset.js";
import { temporaryFolder, writeFiles } from "../idx-files.js";

/** A record: its red plane is `red`, its green one 100 and its blue one counts up. */
const record = (label: number, red: number) =>
  Buffer.from([
    label,
    ...Array(1024).fill(red),
    ...Array(1024).fill(100),
    ...Array.from({ length: 1024 }, (_, i) => i % 256),
  ]);

const NAMES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];
const FILES = {
  "data_batch_1.bin": Buffer.concat([record(9, 1), record(3, 2)]),
  "data_batch_2.bin": record(0, 3),
  "test_batch.bin": record(5, 4),
  "batches.meta.txt": Buffer.from(`${NAMES.join("\n")}\n\n`),
  "readme.html": Buffer.from("..."),
};

const folderWith = (files: Readonly<Record<string, Uint8Array>>) => {
  const folder = temporaryFolder();
  writeFiles(folder, files);
  return folder;
};

describe("a folder of CIFAR-10", () => {
  it("has the images of all batches, with the values of a pixel side by side, and the names of the classes", async () => {
    const folder = folderWith(FILES);
    const { images, ...dataset } = await loadDataset(folder);
    expect(dataset).toMatchObject({
      name: folder,
      count: 3,
      height: 32,
      width: 32,
      channels: 3,
      classes: 10,
      classNames: NAMES,
      labels: Uint8Array.of(9, 3, 0),
      test: { count: 1, labels: Uint8Array.of(5) },
    });
    expect(images.length).toBe(3 * 3072);
    expect([...images.subarray(3072 + 9, 3072 + 15)]).toEqual([2, 100, 3, 2, 100, 4]);
  });

  it("may lack the test batch and the names", async () => {
    const dataset = await loadDataset(
      folderWith({ "data_batch_1.bin": Buffer.concat([record(2, 0), record(3, 0)]) }),
    );
    expect(dataset).toMatchObject({ count: 2, classes: 10 });
    expect(Object.keys(dataset)).not.toContain("test");
    expect(Object.keys(dataset)).not.toContain("classNames");
  });

  it("puts ten batches in the order of their numbers", async () => {
    const batches = Array.from({ length: 10 }, (_, i) => [`data_batch_${i + 1}.bin`, record(i, 0)] as const);
    expect((await loadDataset(folderWith(Object.fromEntries(batches)))).labels).toEqual(
      Uint8Array.from({ length: 10 }, (_, i) => i),
    );
  });

  it.each<[string, Readonly<Record<string, Uint8Array>>, string]>([
    [
      "the Python version",
      { data_batch_1: Buffer.from("\x80\x02}q\x01"), "batches.meta": Buffer.from("") },
      "The folder FOLDER has CIFAR-10's Python version (pickled objects), which is not read. Get the binary version, cifar-10-binary.tar.gz,",
    ],
    [
      "a missing batch",
      { ...FILES, "data_batch_4.bin": record(1, 1) },
      "The folder FOLDER has data_batch_4.bin, but no data_batch_3.bin.",
    ],
    [
      "a batch whose number is huge, without counting up to it",
      { ...FILES, "data_batch_999999999999.bin": record(1, 1) },
      "The folder FOLDER has data_batch_999999999999.bin, but no data_batch_3.bin.",
    ],
    [
      "a truncated batch",
      { ...FILES, "data_batch_2.bin": record(0, 3).subarray(0, 3000) },
      "FOLDER/data_batch_2.bin has 3000 bytes, which is not a multiple of 3073 (a label and 32 x 32 x 3 values). Download it again.",
    ],
    ["an empty batch", { ...FILES, "test_batch.bin": Buffer.alloc(0) }, "FOLDER/test_batch.bin has 0 bytes"],
    [
      "a label that is none",
      { ...FILES, "data_batch_1.bin": Buffer.concat([record(1, 1), record(10, 1)]) },
      "FOLDER/data_batch_1.bin has the label 10 at image 1. Expected 0 to 9.",
    ],
    [
      "names of other classes",
      { ...FILES, "batches.meta.txt": Buffer.from("cat\ndog\n") },
      "FOLDER/batches.meta.txt has 2 lines; expected the 10 different names of the classes.",
    ],
  ])("rejects %s", async (_, files, message) => {
    const folder = folderWith(files);
    await expect(loadDataset(folder)).rejects.toMatchObject({
      code: "DATA",
      message: expect.stringContaining(message.replaceAll("FOLDER", folder)),
    });
  });
});
