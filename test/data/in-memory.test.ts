import { describe, expect, it } from "vitest";
import { type DatasetInMemory, inMemoryDataset } from "../../src/data/in-memory.js";
import { OptimbenchError } from "../../src/errors.js";

const images = (count: number, pixels: number) => new Uint8Array(count * pixels).map((_, i) => i);
const SQUARE = { images: images(3, 4), labels: [0, 2, 1] };

describe("inMemoryDataset", () => {
  it("fills in square images of one channel, and the classes from the labels", async () => {
    const dataset = await inMemoryDataset(SQUARE);
    expect(dataset).toEqual({
      name: "in-memory",
      count: 3,
      height: 2,
      width: 2,
      channels: 1,
      classes: 3,
      images: SQUARE.images,
      labels: Uint8Array.from([0, 2, 1]),
    });
    expect(dataset.images).toEqual(SQUARE.images);
    expect(dataset.images.buffer).toBe(SQUARE.images.buffer);
  });

  it("uses every given field", async () => {
    const test = {
      images: images(1, 12),
      labels: Uint8Array.of(3),
      targets: Float32Array.of(0, 0.5, 0.25, 0.25),
    };
    const given = {
      name: "mine",
      images: images(2, 12),
      labels: Uint8Array.of(0, 1),
      targets: Float32Array.of(1, 0, 0, 0, 0.1, 0.2, 0.3, 0.4),
      height: 1,
      width: 4,
      channels: 3,
      classes: 4,
      test,
    };
    const dataset = await inMemoryDataset(given);
    expect(dataset).toEqual({ ...given, count: 2, test: { ...test, count: 1 } });
    expect(await inMemoryDataset(dataset)).toEqual(dataset);
  });

  it("derives the missing side, and the classes from soft targets", async () => {
    expect(await inMemoryDataset({ ...SQUARE, height: 1 })).toMatchObject({ height: 1, width: 4 });
    expect(await inMemoryDataset({ ...SQUARE, width: 4 })).toMatchObject({ height: 1, width: 4 });
    const targets = new Float32Array(15).fill(0.2);
    expect((await inMemoryDataset({ ...SQUARE, targets })).classes).toBe(5);
  });

  it("counts the classes of test labels as well", async () => {
    const test = { images: images(1, 4), labels: [6] };
    expect((await inMemoryDataset({ ...SQUARE, test })).classes).toBe(7);
  });

  it.each([
    Int8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    BigInt64Array,
    BigUint64Array,
  ])("accepts labels in a %o", async (Kind) => {
    const labels = new Kind(3);
    [0, 2, 1].forEach((label, i) => {
      labels[i] = typeof labels[i] === "bigint" ? BigInt(label) : label;
    });
    expect((await inMemoryDataset({ ...SQUARE, labels })).labels).toEqual(Uint8Array.of(0, 2, 1));
  });

  it("keeps class names, of which there may be more than labels", async () => {
    const classNames = ["cat", "dog", "owl", "yak"];
    expect(await inMemoryDataset({ ...SQUARE, classNames })).toMatchObject({ classes: 4, classNames });
  });

  it("keeps groups, of any integer type", async () => {
    for (const groups of [[7, 0, 7], Uint16Array.of(7, 0, 7), BigInt64Array.of(7n, 0n, 7n)])
      expect((await inMemoryDataset({ ...SQUARE, groups })).groups).toEqual(Uint32Array.of(7, 0, 7));
  });

  it("keeps validation images apart, like test images", async () => {
    const validation = { images: images(2, 4), labels: Uint8Array.of(3, 0) };
    const dataset = await inMemoryDataset({ ...SQUARE, validation });
    expect(dataset).toMatchObject({ count: 3, classes: 4, validation: { ...validation, count: 2 } });
    expect(dataset).not.toHaveProperty("test");
  });

  it.each([
    [[0, 0.5, 1, 0.25], [0, 128, 255, 64], { minimum: 0, maximum: 1 }],
    [[0, 200, 3, 255], [0, 200, 3, 255], { minimum: 0, maximum: 255 }],
    [[-1, 0, 1, 4], [0, 51, 102, 255], { minimum: -1, maximum: 4 }],
    [[0, 1.5, 3, 300], [0, 1, 3, 255], { minimum: 0, maximum: 300 }],
    [[7, 7, 7, 7.5], [0, 0, 0, 255], { minimum: 7, maximum: 7.5 }],
  ])("scales the floats %s to bytes, and says how", async (floats, bytes, scaling) => {
    for (const Kind of [Float32Array, Float64Array])
      expect(await inMemoryDataset({ images: Kind.from(floats), labels: [0] })).toMatchObject({
        images: Uint8Array.from(bytes),
        scaling,
      });
  });

  it("has labels of 16 bits if there are more than 256 classes, and of 8 bits otherwise", async () => {
    const labels = Array.from({ length: 300 }, (_, i) => i);
    const dataset = await inMemoryDataset({
      images: new Uint8Array(300),
      labels,
      test: { images: new Uint8Array(1), labels: [7] },
    });
    expect(dataset).toMatchObject({
      classes: 300,
      labels: Uint16Array.from(labels),
      test: { labels: Uint8Array.of(7) },
    });
    expect(
      (await inMemoryDataset({ images: new Uint8Array(2), labels: Uint16Array.of(0, 255) })).labels,
    ).toEqual(Uint8Array.of(0, 255));
  });

  it("scales floats in parts, between which the event loop runs", async () => {
    let turns = 0;
    const count = setInterval(() => turns++, 0);
    await inMemoryDataset({
      images: new Float32Array(12 * 2 ** 20),
      labels: [0],
      height: 1024,
      channels: 12,
    });
    clearInterval(count);
    expect(turns).toBeGreaterThan(2);
  });

  it.each<[string, unknown, string]>([
    [
      "floats that are not finite",
      { images: Float32Array.of(0, Number.NaN, 1, 0), labels: [0] },
      "Expected a finite number for `images[1]`, got NaN.",
    ],
    [
      "groups of another number",
      { ...SQUARE, groups: [1, 2] },
      "`groups` holds 2 values, but there are 3 labels.",
    ],
    [
      "groups that are no whole numbers",
      { ...SQUARE, groups: [1, -2, 3] },
      "Expected a whole number from 0 to 4,294,967,295 for `groups[1]`, got -2 (number).",
    ],
    [
      "floats beside bytes",
      { ...SQUARE, test: { images: Float32Array.of(0, 1, 0, 1), labels: [0] } },
      "`images` are bytes, but `test.images` are floats. Give all images as floats or all as bytes",
    ],
    [
      "labels that are floats",
      { ...SQUARE, labels: Float32Array.of(0, 2, 1) },
      "Expected a list or an array of integers for `labels`, such as a Uint8Array, got a Float32Array.",
    ],
    [
      "a label beyond the most classes",
      { ...SQUARE, labels: Int32Array.of(0, 65_536, 1) },
      "Expected a whole number from 0 to 65535 for `labels[1]`, got 65536 (number).",
    ],
    [
      "class names that are fewer than the classes",
      { ...SQUARE, classes: 3, classNames: ["cat", "dog"] },
      "`classNames` has 2 names, but there are 3 classes.",
    ],
    [
      "labels beyond the class names",
      { ...SQUARE, classNames: ["cat", "dog"] },
      "`labels[1]` is 2, but with 2 classes, labels must be from 0 to 1.",
    ],
    [
      "a class name that occurs twice",
      { ...SQUARE, classNames: ["cat", "dog", "cat"] },
      '`classNames[2]` is "cat", like `classNames[0]`. Give each class a name that no other has.',
    ],
    [
      "validation images of another size",
      { ...SQUARE, validation: { images: images(2, 3), labels: [0, 1] } },
      "`validation.images` holds 6 values, but 2 labels and images of 2 x 2 x 1 need 8.",
    ],
    ["images of another type", { ...SQUARE, images: [1, 2] }, "`images`"],
    ["labels that are no class ids", { ...SQUARE, labels: [0, 1.5, 1] }, "`labels[1]`"],
    ["unknown keys", { ...SQUARE, heigth: 2 }, 'Unknown key `heigth`. Did you mean "height"?'],
    [
      "no images",
      { images: new Uint8Array(), labels: [] },
      "The dataset has no labels. Give one for each image.",
    ],
    [
      "labels that do not fit the images",
      { ...SQUARE, labels: [0, 1], height: 2, width: 2 },
      "`images` holds 12 values, but 2 labels and images of 2 x 2 x 1 need 8.",
    ],
    [
      "no images for labels",
      { images: new Uint8Array(), labels: [0] },
      "`images` holds 0 values for 1 label with 1 channel: no whole height and width, 1 to 65536, follow from that.",
    ],
    [
      "images that are not square",
      { images: images(3, 6), labels: [0, 2, 1] },
      "`images` holds 18 values for 3 labels with 1 channel: no whole height and width, 1 to 65536, follow from that. Give `height` and `width`.",
    ],
    [
      "a side that does not divide the pixels",
      { ...SQUARE, height: 3 },
      "`images` holds 12 values for 3 labels with 1 channel: no whole height and width",
    ],
    ["another count", { ...SQUARE, count: 4 }, "`count` is 4, but there are 3 labels."],
    [
      "labels beyond the classes",
      { ...SQUARE, classes: 2 },
      "`labels[1]` is 2, but with 2 classes, labels must be from 0 to 1.",
    ],
    [
      "test images of another size",
      { ...SQUARE, test: { images: images(2, 3), labels: [0, 1] } },
      "`test.images` holds 6 values, but 2 labels and images of 2 x 2 x 1 need 8.",
    ],
    [
      "test labels beyond the classes",
      { ...SQUARE, classes: 3, test: { images: images(1, 4), labels: [3] } },
      "`test.labels[0]` is 3",
    ],
    [
      "targets of another size",
      { ...SQUARE, classes: 3, targets: new Float32Array(8) },
      "`targets` holds 8 values, but 3 images and 3 classes need 9.",
    ],
    [
      "targets that are no whole rows",
      { ...SQUARE, targets: new Float32Array(8) },
      "`targets` holds 8 values for 3 labels: no whole number of classes, 2 to 65536.",
    ],
    [
      "targets that do not sum to 1",
      { ...SQUARE, targets: Float32Array.of(1, 0, 0, 0.5, 0.25, 0, 0, 0, 1) },
      "`targets` of image 1 are [0.5, 0.25, 0] with the sum 0.75. Expected non-negative numbers that sum to 1.",
    ],
    [
      "negative targets",
      { ...SQUARE, targets: Float32Array.of(1, 0, 0, 2, -1, 0, 0, 0, 1) },
      "`targets` of image 1",
    ],
    ["targets of NaN", { ...SQUARE, targets: new Float32Array(9).fill(Number.NaN) }, "`targets` of image 0"],
  ])("rejects %s", async (_, input, message) => {
    const attempt = (where?: string) => inMemoryDataset(input as DatasetInMemory, where);
    await expect(attempt()).rejects.toThrow(OptimbenchError);
    await expect(attempt()).rejects.toThrow(message);
    await expect(attempt("dataset")).rejects.toThrow(message.replaceAll(/`([^`]+)`/g, "`dataset.$1`"));
  });

  it.each([65_536, -1, 0.5, Number.NaN, "1", null])(
    "shows three of many labels %s, and counts the others",
    async (label) => {
      const labels = Array(200_000).fill(1).fill(label, 2);
      const test = { images: images(1, 4), labels } as never;
      const lines = ["2", "3", "4"].map((index) =>
        expect.stringMatching(
          `^Expected a whole number from 0 to 65535 for \`test\\.labels\\[${index}\\]\`, got `,
        ),
      );
      let message = "";
      try {
        await inMemoryDataset({ ...SQUARE, test });
      } catch (error) {
        message = (error as Error).message;
      }
      expect(message.split("\n")).toEqual([...lines, "And 199,995 more problems like this."]);
    },
  );
});
