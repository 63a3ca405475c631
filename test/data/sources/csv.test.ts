import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadDataset } from "../../../src/data/load-dataset.js";
import { findPublished } from "../../../src/data/named/find-published.js";
import type { ReadOptions } from "../../../src/data/read-options.js";
import { temporaryFolder, writeFiles } from "../idx-files.js";

function fileOf(text: string, name = "digits.csv"): string {
  const folder = temporaryFolder();
  writeFiles(folder, { [name]: Buffer.from(text) });
  return join(folder, name);
}

const HEADER = "label,pixel0,pixel1,pixel2,pixel3";
const KAGGLE = `${HEADER}\n1,0,10,20,255\n0,5,6,7,8\n`;
const READ = {
  count: 2,
  height: 2,
  width: 2,
  channels: 1,
  classes: 2,
  images: Uint8Array.of(0, 10, 20, 255, 5, 6, 7, 8),
  labels: Uint8Array.of(1, 0),
};

describe("a CSV file", () => {
  it.each<[string, string, ReadOptions?]>([
    ["of Kaggle's digit recognizer", KAGGLE],
    [
      "of Fashion-MNIST, quoted",
      '"label","pixel1","pixel2","pixel3","pixel4"\r\n"1",0,10,20,255\r\n0,5,6,7,8',
    ],
    ["without a header", "1,0,10,20,255\n0,5,6,7,8\n"],
    ["with the label in the middle, in capitals", "a,b,Class,c,d\n0,10,1,20,255\n5,6,0,7,8\n"],
    ["with a named label", "0,1,digit,2,3\n0,10,1,20,255\n5,6,0,7,8\n", { labelColumn: "digit" }],
    ["with a numbered label", "0,10,20,255,1\n5,6,7,8,0\n", { labelColumn: 5 }],
    ["of pandas, with an index and numbers as names", ",label,0,1,2,3\n0,1,0,10,20,255\n1,0,5,6,7,8\n"],
    [
      "with semicolons, spaces, a byte order mark and empty lines",
      "\ufefflabel; a; b; c; d\n\n1; 0; 10; 20; 255\n\n0; 5; 6; 7; 8\n",
    ],
    ["with tabs and whole floats", "label\ta\tb\tc\td\n1.0\t0.0\t10.0\t20.0\t255.0\n0.0\t5\t6\t7\t8\n"],
  ])("is read: %s", async (_, text, options) => {
    const file = fileOf(text);
    expect(await loadDataset(file, options)).toEqual({ name: file, ...READ });
  });

  it("may be gzipped", async () => {
    const file = fileOf(KAGGLE, "digits.csv.gz");
    expect(await loadDataset(file)).toEqual({ name: file, ...READ });
  });

  it("has three channels, pixel by pixel, if the numbers are three squares", async () => {
    const row = Array.from({ length: 12 }, (_, i) => i).join(",");
    expect(await loadDataset(fileOf(`0,${row}\n1,${row}\n`))).toMatchObject({
      height: 2,
      width: 2,
      channels: 3,
    });
  });

  it("may have names as labels, which are numbered in order", async () => {
    const file = fileOf("label,a\nowl,1\ncat,200\nowl,3\n");
    expect(await loadDataset(file)).toMatchObject({
      classes: 2,
      classNames: ["cat", "owl"],
      labels: Uint8Array.of(1, 0, 1),
    });
    // Numbers that are no class ids are names, too.
    expect(await loadDataset(fileOf("label,a\n-1,1\n1,200\n"))).toMatchObject({ classNames: ["-1", "1"] });
  });

  it.each([
    ["from 0 to 1", "0.5,1,0,0.25", { minimum: 0, maximum: 1 }, [128, 255, 0, 64]],
    ["0 and 1", "0,1,1,0", { minimum: 0, maximum: 1 }, [0, 255, 255, 0]],
    ["that are standardised", "-1,0,1,4", { minimum: -1, maximum: 4 }, [0, 51, 102, 255]],
  ])("may have values %s, whose scaling is said", async (_, row, scaling, bytes) => {
    const { images, ...dataset } = await loadDataset(fileOf(`1,${row}\n0,${row}\n`));
    expect(dataset).toMatchObject({ scaling });
    expect([...images]).toEqual([...bytes, ...bytes]);
  });

  it("reads the groups of images", async () => {
    const file = fileOf("label,who,a\n0,ann,1\n1,bob,2\n0,ann,3\n");
    const { groups, width } = await loadDataset(file, { groupColumn: "who" });
    expect([groups, width]).toEqual([Uint32Array.of(0, 1, 0), 1]);
  });

  it("reads back what was written", async () => {
    const images = fc.integer({ min: 1, max: 5 }).chain((side) =>
      fc.array(fc.tuple(fc.nat(255), fc.uint8Array({ minLength: side ** 2, maxLength: side ** 2 })), {
        minLength: 2,
        maxLength: 5,
      }),
    );
    await fc.assert(
      fc.asyncProperty(images, fc.boolean(), async (rows, hasHeader) => {
        fc.pre(rows.some(([, pixels]) => pixels.some((value) => value > 1)));
        fc.pre(new Set(rows.map(([label]) => label)).size > 1);
        const header = hasHeader ? `label,${rows[0]![1].map((_, i) => i).join(",")}\n` : "";
        const file = fileOf(
          header + rows.map(([label, pixels]) => `${label},${pixels.join(",")}\n`).join(""),
        );
        const { images, labels } = await loadDataset(file);
        expect([...labels]).toEqual(rows.map(([label]) => label));
        expect([...images]).toEqual(rows.flatMap(([, pixels]) => [...pixels]));
      }),
      { numRuns: 25 },
    );
  });

  it.runIf(findPublished("mnist"))("gives the images of MNIST that were written to it", async () => {
    const { test } = await loadDataset("mnist");
    const rows = Array.from({ length: 500 }, (_, i) =>
      [test!.labels[i], ...test!.images.subarray(784 * i, 784 * (i + 1))].join(","),
    );
    const names = Array.from({ length: 784 }, (_, i) => `pixel${i}`);
    const { images, labels } = await loadDataset(fileOf(`label,${names.join(",")}\n${rows.join("\n")}\n`));
    expect(Buffer.compare(images, test!.images.subarray(0, 784 * 500))).toBe(0);
    expect(labels).toEqual(test!.labels.slice(0, 500));
  });

  it.each<[string, string, string, ReadOptions?]>([
    [
      "a value that is no number",
      `${HEADER}\n1,0,10,x,255\n`,
      ', line 2, column "pixel2": expected a number, got "x".',
    ],
    [
      "a number that is not decimal",
      `${HEADER}\n1,0,10,0x10,255\n`,
      ', line 2, column "pixel2": expected a number, got "0x10".',
    ],
    [
      "spaces instead of a value",
      `${HEADER}\n1,0,10," ",255\n`,
      ', line 2, column "pixel2": expected a number, got " ".',
    ],
    [
      "an empty value, without a header",
      "1,0,10,20,255\n0,5,,7,8\n",
      ', line 2, column 3: expected a number, got "".',
    ],
    [
      "a line that is too short",
      `${HEADER}\n1,0,10,20,255\n0,5,6,7\n`,
      ", line 3: it has 4 columns, but the first line has 5.",
    ],
    ["an empty label", `${HEADER}\n,0,10,20,255\n`, ', line 2, column "label": the label is empty.'],
    [
      "no label column",
      "a,b,c,d\n0,10,20,255\n",
      ', line 1: no column is named "label", "labels", "class", "target". The columns are "a", "b", "c", "d". Say which one is the label with `labelColumn` (--label-column).',
    ],
    [
      "two columns that may be the label",
      "label,target,a,b,c\n0,10,20,255,1\n",
      ', line 1: the columns 1 ("label") and 2 ("target") may both be the label. Say which one is with `labelColumn` (--label-column), and remove the other unless it is a pixel.',
    ],
    [
      "a label column that is not there",
      KAGGLE,
      ', line 1: there is no column "lable" (`labelColumn`). Did you mean "label"? The columns are "label", "pixel0", "pixel1", "pixel2", "pixel3".',
      { labelColumn: "lable" },
    ],
    [
      "a name without a header",
      "1,0,10,20,255\n",
      ', line 1: `labelColumn` is "digit", but the first line is not a header. Give the number of the column, from 1.',
      { labelColumn: "digit" },
    ],
    [
      "a number beyond the columns",
      KAGGLE,
      ", line 1: `labelColumn` is 6, but there are 5 columns.",
      { labelColumn: 6 },
    ],
    [
      "images that are not square",
      "1,1,2,3\n0,4,5,6,\n",
      ", line 2: it has 5 columns, but the first line has 4.",
    ],
    [
      "pixels of no square",
      "label,a,b\n1,2,3\n0,4,5\n",
      " has 2 columns of pixels, which do not form a square image of 1 or 3 channels.",
    ],
    [
      "pixels as labels",
      `label,a\n${Array.from({ length: 300 }, (_, i) => `${i / 8},1\n`).join("")}`,
      ": there are 300 different labels for 300 images, such as 0, 0.125, 0.25. Check that `labelColumn` (--label-column) is the column of the labels.",
    ],
    ["one class", "label,a\ncat,1\ncat,2\n", ': all labels are "cat", but there are at least 2 classes.'],
    ["nothing but a header", `${HEADER}\n`, ": it has no images."],
    ["an empty file", "", ": it has no images."],
    ["a quote that is not closed", `${HEADER}\n1,"0,10,20,255\n`, ", line 2: a quoted value is not closed."],
  ])("is rejected with its place: %s", async (_, text, message, options) => {
    const file = fileOf(text);
    await expect(loadDataset(file, options)).rejects.toMatchObject({
      code: "DATA",
      message: expect.stringContaining(`${file}${message}`),
    });
  });

  it("is rejected if it is damaged or missing", async () => {
    const file = fileOf("", "digits.csv");
    writeFiles(join(file, ".."), { "digits.csv": gzipSync(KAGGLE).subarray(0, 30) });
    await expect(loadDataset(file)).rejects.toThrow(`Cannot read ${file}: its gzip stream is damaged (`);
    await expect(loadDataset(`${file}.gone`)).rejects.toThrow("There is no dataset, folder or file");
  });
});

describe("a folder of CSV files", () => {
  it.each([
    ["train.csv", "val.csv", "test.csv"],
    ["fashion-mnist_train.csv", "fashion-mnist_validation.csv", "fashion-mnist_test.csv.gz"],
  ])("has parts in %s, %s and %s", async (train, validation, test) => {
    const folder = temporaryFolder();
    const one = Buffer.from(`${HEADER}\n1,1,2,3,4\n`);
    writeFiles(folder, { [train]: Buffer.from(KAGGLE), [validation]: one, [test]: one });
    const part = { count: 1, labels: Uint8Array.of(1), images: Uint8Array.of(1, 2, 3, 4) };
    expect(await loadDataset(folder)).toEqual({ name: folder, ...READ, validation: part, test: part });
  });

  it("ignores a test file without labels, as competitions have it", async () => {
    const folder = temporaryFolder();
    const test = "pixel0,pixel1,pixel2,pixel3\n1,2,3,4\n";
    writeFiles(folder, { "train.csv": Buffer.from(KAGGLE), "test.csv": Buffer.from(test) });
    expect(await loadDataset(folder)).toEqual({ name: folder, ...READ });
  });

  it.each([
    [
      { "test.csv": `${HEADER},pixel4\n1,1,2,3,4,5\n` },
      "test.csv has 5 columns of pixels, but FOLDER/train.csv has 4.",
    ],
    [
      { "a_train.csv": KAGGLE },
      "FOLDER has several CSV files for training: a_train.csv and train.csv. Name one file, or keep one.",
    ],
    [
      { "train.csv": "cat,1\nowl,200\n", "test.csv": "cat,1\nelk,2\n" },
      'FOLDER/train.csv: FOLDER/test.csv, line 2 has the label "elk", which no training image has. Their labels are cat, owl.',
    ],
  ])("rejects files that do not match", async (files, message) => {
    const folder = temporaryFolder();
    const all = { "train.csv": KAGGLE, ...files };
    writeFiles(
      folder,
      Object.fromEntries(Object.entries(all).map(([name, text]) => [name, Buffer.from(text)])),
    );
    await expect(loadDataset(folder)).rejects.toThrow(message.replaceAll("FOLDER", folder));
  });
});

it("names of columns are for CSV files only", async () => {
  await expect(loadDataset("mnist-10k", { labelColumn: "digit" })).rejects.toThrow(
    '`labelColumn` names a column of a CSV file, but "mnist-10k" is a named dataset. Omit it.',
  );
});

it("rejects parts that one scaling does not fit", async () => {
  const folder = temporaryFolder();
  writeFiles(folder, {
    "train.csv": Buffer.from(KAGGLE),
    "test.csv": Buffer.from(`${HEADER}\n1,0,0.5,1,0.25\n`),
  });
  await expect(loadDataset(folder)).rejects.toThrow(
    `${join(folder, "test.csv")} has values from 0 to 1, but ${join(folder, "train.csv")} has whole numbers from 0 to 255. Scale them alike: all from 0 to 1, or all from 0 to 255.`,
  );
});
