import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadDataset } from "../../../src/data/load-dataset.js";
import { loadIdxFolder } from "../../../src/data/sources/idx-folder.js";
import { OptimbenchError } from "../../../src/errors.js";
import { idx, temporaryFolder, writeFiles } from "../idx-files.js";

const IMAGES = "train-images-idx3-ubyte";
const LABELS = "train-labels-idx1-ubyte";
const TRAIN = { [IMAGES]: idx([4, 2, 3]), [LABELS]: idx([4], [2, 0, 1, 2]) };

const folderWith = (files: Readonly<Record<string, Uint8Array>>) => {
  const folder = temporaryFolder();
  writeFiles(folder, files);
  return folder;
};

describe("loadIdxFolder", () => {
  it("reads images of any shape with their labels, and counts the classes", async () => {
    const folder = folderWith(TRAIN);
    expect(await loadIdxFolder(folder)).toEqual({
      name: folder,
      count: 4,
      height: 2,
      width: 3,
      channels: 1,
      classes: 3,
      images: Uint8Array.from({ length: 24 }, (_, i) => i),
      labels: Uint8Array.from([2, 0, 1, 2]),
    });
  });

  it("reads test images, colours, gzipped files and names with a dot", async () => {
    const folder = folderWith({
      "train-images-idx4-ubyte.gz": idx([2, 1, 2, 3]),
      "train-labels.idx1-ubyte.gz": idx([2], [0, 0]),
      "t10k-images-idx4-ubyte": idx([1, 1, 2, 3], [9, 8, 7, 6, 5, 4]),
      "t10k-labels.idx1-ubyte": idx([1], [5]),
    });
    const dataset = await loadIdxFolder(folder, { name: "colours" });
    expect(dataset).toMatchObject({
      name: "colours",
      count: 2,
      height: 1,
      width: 2,
      channels: 3,
      classes: 6,
    });
    expect(dataset.test).toEqual({
      count: 1,
      images: Uint8Array.from([9, 8, 7, 6, 5, 4]),
      labels: Uint8Array.from([5]),
    });
  });

  it("counts at least two classes", async () => {
    const folder = folderWith({ ...TRAIN, [LABELS]: idx([4], [0, 0, 0, 0]) });
    expect((await loadIdxFolder(folder)).classes).toBe(2);
  });

  it("prefers the plain file over the gzipped one", async () => {
    const folder = folderWith({ ...TRAIN, [`${IMAGES}.gz`]: idx([1, 1, 1]) });
    expect(await loadIdxFolder(folder)).toMatchObject({ count: 4, height: 2, width: 3 });
  });

  it.each([
    [
      "emnist-letters-train-images-idx3-ubyte",
      "emnist-letters-train-labels-idx1-ubyte",
      "emnist-letters-test-images-idx3-ubyte",
      "emnist-letters-test-labels-idx1-ubyte",
    ],
    [
      "train-images.idx3-ubyte",
      "train-labels.idx1-ubyte",
      "t10k-images.idx3-ubyte",
      "t10k-labels.idx1-ubyte",
    ],
    [
      "Train.Images.idx3.ubyte",
      "Train.Labels.idx1.ubyte",
      "Test.Images.idx3.ubyte.gz",
      "Test.Labels.idx1.ubyte.gz",
    ],
  ])("reads files with the usual names: %s", async (images, labels, testImages, testLabels) => {
    const folder = folderWith({
      [images]: TRAIN[IMAGES]!,
      [labels]: TRAIN[LABELS]!,
      [testImages]: idx([1, 2, 3]),
      [testLabels]: idx([1], [1]),
    });
    expect(await loadDataset(folder)).toMatchObject({ count: 4, classes: 3, test: { count: 1 } });
    const file = join(folder, images);
    expect(await loadDataset(file)).toMatchObject({ name: file, count: 4, test: { count: 1 } });
  });

  it("reads validation images", async () => {
    const validation = { "val-images-idx3-ubyte": idx([1, 2, 3]), "val-labels-idx1-ubyte": idx([1], [4]) };
    const dataset = await loadIdxFolder(folderWith({ ...TRAIN, ...validation }));
    expect(dataset).toMatchObject({ classes: 5, validation: { count: 1, labels: Uint8Array.of(4) } });
    expect(dataset).not.toHaveProperty("test");
  });

  it("asks which dataset is meant if there are several", async () => {
    const folder = folderWith({
      ...TRAIN,
      "b-train-images-idx3-ubyte": idx([2, 1, 1]),
      "b-train-labels-idx1-ubyte": idx([2]),
    });
    await expect(loadIdxFolder(folder)).rejects.toThrow(
      `The folder ${folder} has several datasets: b-..., .... Name a file of one of them, such as ${folder}/b-train-images-idx3-ubyte.`,
    );
    expect((await loadDataset(join(folder, "b-train-labels-idx1-ubyte"))).count).toBe(2);
    expect((await loadDataset(join(folder, IMAGES))).count).toBe(4);
  });

  it.each<[string, Record<string, Uint8Array>, string]>([
    ["no images", { [LABELS]: TRAIN[LABELS]! }, `has no file of images named ${IMAGES} or ${IMAGES}.gz.`],
    ["no labels", { [IMAGES]: TRAIN[IMAGES]! }, `has no file of labels named ${LABELS} or ${LABELS}.gz.`],
    [
      "test images without labels",
      { ...TRAIN, "t10k-images-idx3-ubyte": idx([1, 2, 3]) },
      "has no file of labels named t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte.gz.",
    ],
    [
      "labels where images are expected",
      { ...TRAIN, [IMAGES]: TRAIN[LABELS]! },
      `${IMAGES}: expected images (3 or 4 dimensions), but it has 1, like a file of labels.`,
    ],
    [
      "images where labels are expected",
      { ...TRAIN, [LABELS]: TRAIN[IMAGES]! },
      `${LABELS}: expected labels (1 dimension), but it has 3, like a file of images.`,
    ],
    [
      "another number of labels",
      { ...TRAIN, [LABELS]: idx([5]) },
      `${LABELS}: it has 5 labels, but FOLDER/${IMAGES} has 4 images.`,
    ],
    [
      "huge images",
      { ...TRAIN, [IMAGES]: idx([1, 65_537, 1]) },
      `${IMAGES}: images of 65537 x 1 x 1 are larger than 65536 x 65536 x 64.`,
    ],
    [
      "test images of another shape",
      { ...TRAIN, "t10k-images-idx3-ubyte": idx([1, 3, 2]), "t10k-labels-idx1-ubyte": idx([1]) },
      `FOLDER/t10k-images-idx3-ubyte has images of 3 x 2 x 1, but FOLDER/${IMAGES} has images of 2 x 3 x 1.`,
    ],
  ])("rejects %s", async (_, files, message) => {
    const folder = folderWith(files);
    const error = await loadIdxFolder(folder).catch((reason) => reason);
    expect(error).toBeInstanceOf(OptimbenchError);
    expect(error.message).toContain(folder);
    expect(error.message.replaceAll(folder, "FOLDER")).toContain(message);
  });

  it("rejects a missing folder", async () => {
    await expect(loadIdxFolder("/no/such/folder")).rejects.toThrow(
      "Cannot read the folder /no/such/folder: no such file or folder.",
    );
  });
});
