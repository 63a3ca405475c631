import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Scaling } from "../../../src/data/dataset.js";
import { loadDataset } from "../../../src/data/load-dataset.js";
import { decodeNpy } from "../../../src/data/sources/npy-file.js";
import { roleOf } from "../../../src/data/sources/npy-roles.js";
import { OptimbenchError } from "../../../src/errors.js";
import { temporaryFolder } from "../idx-files.js";

const golden = new URL("../../golden/numpy_files/", import.meta.url);
const pathOf = (name: string) => fileURLToPath(new URL(name, golden));
/** The output of test/golden/numpy_files.py. */
const { labels, labelFiles, images } = JSON.parse(
  readFileSync(new URL("../numpy_files.json", golden), "utf8"),
) as {
  readonly labels: readonly number[];
  readonly labelFiles: readonly string[];
  readonly images: Readonly<
    Record<string, { readonly bytes: readonly number[]; readonly scaling?: Scaling }>
  >;
};

/** A folder with copies of golden files under other names. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, source] of Object.entries(files))
    copyFileSync(pathOf(`${source}.npy`), join(folder, name));
  return folder;
}

/** An .npy file's bytes. */
function npyOf(descr: string, shape: string, values: Uint8Array | Buffer, order = "False"): Buffer {
  const header = `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }`;
  const start = Buffer.alloc(10);
  start.write("\x93NUMPY\x01\x00", "latin1");
  start.writeUInt16LE(header.length, 8);
  return Buffer.concat([start, Buffer.from(header), values]);
}

describe(".npy files", () => {
  it.each(Object.entries(images))(
    "of images become the bytes that NumPy computes: %s",
    async (name, expected) => {
      const dataset = await loadDataset(pathOf(`${name}.npy`), { labelFile: pathOf("labels_u1.npy") });
      expect([...dataset.images]).toEqual(expected.bytes);
      expect(dataset.scaling).toEqual(expected.scaling);
      const [height, width] = name === "flat" ? [3, 3] : [2, 4];
      expect(dataset).toMatchObject({
        height,
        width,
        channels: name.startsWith("colours") ? 3 : 1,
        count: 3,
      });
    },
  );

  it.each(labelFiles)("of labels may have any type, or be one-hot: %s", async (name) => {
    const dataset = await loadDataset(pathOf("uint8.npy"), { labelFile: pathOf(`${name}.npy`) });
    expect([...dataset.labels]).toEqual(labels);
    expect(dataset.classes).toBe(3);
  });

  it.each([
    ["x_train", "y_train", "x_test", "y_test"],
    ["X_train", "Y_train", "X_val", "Y_val"],
    ["train_images", "train_labels", "test_images", "test_labels"],
    ["images", "labels", "images-valid", "labels-valid"],
    ["kmnist-train-imgs", "kmnist-train-labels", "kmnist-test-imgs", "kmnist-test-labels"],
  ])("are found in a folder by their names: %s", async (x, y, x2, y2) => {
    const folder = folderOf({
      [`${x}.npy`]: "uint8",
      [`${y}.npy`]: "labels_u1",
      [`${x2}.npy`]: "uint8_fortran",
      [`${y2}.npy`]: "labels_one_hot",
    });
    const dataset = await loadDataset(folder);
    const heldOut = /val/.test(x2) ? dataset.validation : dataset.test;
    expect(dataset.images).toEqual(Uint8Array.from(images.uint8!.bytes));
    expect(heldOut!.images).toEqual(dataset.images);
    expect((await loadDataset(join(folder, `${x}.npy`))).images).toEqual(dataset.images);
  });

  it("scale the floats of all parts alike", async () => {
    const folder = folderOf({
      "x_train.npy": "unit_float32",
      "y_train.npy": "labels_u1",
      "x_test.npy": "standard_float32",
      "y_test.npy": "labels_u1",
    });
    const { scaling, test } = await loadDataset(folder);
    expect(scaling!.minimum).toBeCloseTo(images.standard_float32!.scaling!.minimum, 12);
    expect(Math.min(...test!.images)).toBe(0);
  });
});

describe("an array that is no good", () => {
  const bytes = new Uint8Array(8);
  it.each<[string, Buffer, string]>([
    ["another format", Buffer.from("PK\x03\x04 and more bytes"), "it is not an array of NumPy."],
    ["an empty file", Buffer.alloc(0), "it ends within its header."],
    [
      "a header without an end",
      npyOf("'|u1'", "(2, 2, 2)", bytes).subarray(0, 40),
      "it ends within its header.",
    ],
    [
      "another version",
      Buffer.concat([Buffer.from("\x93NUMPY\x09\x00", "latin1"), bytes]),
      "it has version 9 of the format; expected 1 to 3.",
    ],
    [
      "a header that is too long",
      Buffer.from("\x93NUMPY\x02\x00\xff\xff\xff\xff", "latin1"),
      "its header has 4294967295 bytes; at most 10000 are read.",
    ],
    [
      "Python objects",
      npyOf("'|O'", "(2,)", bytes),
      "its values are Python objects; expected integers or floats.",
    ],
    ["text", npyOf("'<U3'", "(2,)", bytes), "its values are text; expected integers or floats."],
    [
      "complex numbers",
      npyOf("'<c8'", "(1,)", bytes),
      "its values are complex numbers; expected integers or floats.",
    ],
    ["records", npyOf("[('a', '<i4')]", "(2,)", bytes), "its values are records; expected numbers."],
    [
      "code in the header",
      npyOf("__import__('os')", "(2,)", bytes),
      "its header does not say `descr`, `fortran_order` and `shape` as NumPy writes them.",
    ],
    [
      "more values than the file has",
      npyOf("'|u1'", "(60000, 28, 28)", bytes),
      "it is truncated: its header declares 60000 x 28 x 28 values, more than the file can hold.",
    ],
    [
      "an enormous shape",
      npyOf("'<f8'", "(99999999999, 99999999999)", bytes),
      "its header declares 99999999999 x 99999999999 values, more than the largest supported size, 2 GiB.",
    ],
    [
      "no values",
      npyOf("'|u1'", "(0, 2, 2)", bytes),
      "its header declares 0 x 2 x 2 values, so it is empty.",
    ],
    [
      "further bytes",
      npyOf("'|u1'", "(1, 2, 2)", bytes),
      "extra bytes follow the 4 bytes that its header declares.",
    ],
    [
      "no shape of images",
      npyOf("'|u1'", "(2, 2, 2, 1, 1)", bytes),
      "has the shape (2, 2, 2, 1, 1), which is not that of images:",
    ],
    ["a single number", npyOf("'<f8'", "()", bytes), "has the shape (), which is not that of images:"],
    [
      "values that are not finite",
      npyOf("'<f4'", "(2, 1, 1)", Buffer.from(Float32Array.of(1, Number.NaN).buffer)),
      "has the value NaN, in image 1. Expected finite numbers.",
    ],
  ])("is rejected: %s", async (_, content, message) => {
    const folder = folderOf({ "y_train.npy": "labels_u1" });
    const file = join(folder, "x_train.npy");
    writeFileSync(file, content);
    writeFileSync(join(folder, "y_train.npy"), npyOf("'|u1'", "(2,)", Uint8Array.of(0, 1)));
    await expect(loadDataset(folder)).rejects.toMatchObject({
      code: "DATA",
      message: expect.stringContaining(file),
    });
    await expect(loadDataset(folder)).rejects.toThrow(message);
  });

  it("never crashes or takes more memory than the file allows, whatever the bytes", async () => {
    const start = fc
      .constantFrom("(2, 2)", "(9999999, 9999999)", "(1,)")
      .map((shape) => npyOf("'<f4'", shape, Buffer.alloc(0)));
    await fc.assert(
      fc.asyncProperty(
        start,
        fc.uint8Array({ maxLength: 40 }),
        fc.nat(80),
        fc.nat(255),
        async (head, rest, at, value) => {
          const content = Buffer.concat([head, rest]);
          if (at < content.length) content[at] = value;
          const source = (async function* () {
            yield content;
          })();
          const decoded = await decodeNpy(source, content.length).catch((error: Error) => error);
          if (!(decoded instanceof Error))
            expect(decoded.values.byteLength).toBeLessThanOrEqual(8 * content.length);
        },
      ),
    );
  });

  it.each([
    [
      { "x_train.npy": "uint8" },
      "x_train.npy has no labels beside it: expected an array named like y_train or train_labels. Name another file with `labelFile`.",
    ],
    [{ "x_train.npy": "uint8", "y_train.npy": "flat" }, "y_train.npy has the row ["],
    [
      { "x_train.npy": "uint8", "y_train.npy": "standard_float32" },
      "y_train.npy has the shape (3, 2, 4), which is not that of labels: (count) or (count, classes).",
    ],
    [
      { "x_train.npy": "uint8", "train_images.npy": "uint8" },
      "are both the images of the train part. Keep one of them.",
    ],
    [
      {
        "x_train.npy": "uint8",
        "y_train.npy": "labels_u1",
        "x_test.npy": "colours",
        "y_test.npy": "labels_u1",
      },
      "x_test.npy has images of 2 x 4 x 3, but ",
    ],
  ])("does not belong to the others: %o", async (files: Record<string, string>, message) => {
    await expect(loadDataset(folderOf(files))).rejects.toThrow(message);
  });

  it("has labels of another number, or labels that are no class ids", async () => {
    const folder = folderOf({ "x_train.npy": "uint8" });
    const file = join(folder, "y_train.npy");
    writeFileSync(file, npyOf("'|u1'", "(2,)", Uint8Array.of(0, 1)));
    await expect(loadDataset(folder)).rejects.toThrow(
      `${file} has 2 labels, but ${join(folder, "x_train.npy")} has 3 images.`,
    );
    writeFileSync(file, npyOf("'<f4'", "(3,)", Buffer.from(Float32Array.of(0, 1.5, 1).buffer)));
    await expect(loadDataset(folder)).rejects.toThrow(
      `${file} has the label 1.5 at index 1. Expected whole numbers from 0 to 65535.`,
    );
  });

  it("has a name that does not say what it is for", async () => {
    expect(await loadDataset(pathOf("uint8.npy")).catch((error) => error)).toBeInstanceOf(OptimbenchError);
    expect(["x", "train_y", "weights", "x_y", "constructor_x"].map(roleOf)).toEqual([
      { part: "train", what: "images" },
      { part: "train", what: "labels" },
      undefined,
      undefined,
      { part: "train", what: "images" },
    ]);
    await expect(loadDataset("digits", { labelFile: "y.npy" })).rejects.toThrow(
      '`labelFile` names the labels of an .npy file, but "digits" is a named dataset. Omit it.',
    );
  });
});

it("rejects a file whose name does not say what it contains, unless its labels are named", async () => {
  const folder = folderOf({ "scans.npy": "flat", "kinds.npy": "labels_u1" });
  const file = join(folder, "scans.npy");
  await expect(loadDataset(file)).rejects.toThrow(
    `The name of ${file} does not say what it contains, as x_train and y_train do. If it has the images, name the file of their labels with \`labelFile\` (--label-file).`,
  );
  expect((await loadDataset(file, { labelFile: join(folder, "kinds.npy") })).height).toBe(3);
});

it("rejects images of bytes beside images of floats from 0 to 1", async () => {
  const folder = temporaryFolder();
  const bytes = Uint8Array.of(0, 100, 200, 255, 1, 2, 3, 4);
  const floats = Buffer.from(Float32Array.of(0, 0.5, 0.25, 1).buffer);
  writeFileSync(join(folder, "x_train.npy"), npyOf("'|u1'", "(2, 2, 2)", bytes));
  writeFileSync(join(folder, "y_train.npy"), npyOf("'|u1'", "(2,)", Uint8Array.of(0, 1)));
  writeFileSync(join(folder, "x_test.npy"), npyOf("'<f4'", "(1, 2, 2)", floats));
  writeFileSync(join(folder, "y_test.npy"), npyOf("'|u1'", "(1,)", Uint8Array.of(1)));
  await expect(loadDataset(folder)).rejects.toThrow(
    `${join(folder, "x_test.npy")} has values from 0 to 1, but ${join(folder, "x_train.npy")} has whole numbers from 0 to 255.`,
  );
});
