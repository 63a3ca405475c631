import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { gzipSync } from "node:zlib";
import { encode } from "fast-png";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadDataset } from "../../src/data/load-dataset.js";
import { idx, temporaryFolder } from "./idx-files.js";

const page = readFileSync(new URL("../../docs/data.md", import.meta.url), "utf8");
const before = process.cwd();
beforeEach(() => process.chdir(temporaryFolder()));
afterEach(() => process.chdir(before));

const png = (side = 28) =>
  encode({ height: side, width: side, channels: 1, data: new Uint8Array(side * side).map((_, i) => i * 7) });

type Files = Readonly<Record<string, string | Uint8Array>>;

function write(files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}

/** Folders of two classes, with other files. */
const pets = (files: Files) => () => write({ "pets/cat/1.png": png(), "pets/dog/1.png": png(), ...files });

/** A CSV file of images of 2 x 2. */
const letters =
  (...lines: readonly string[]) =>
  () =>
    write({ "letters.csv": `${lines.join("\n")}\n` });
const HEADER = "label,p0,p1,p2,p3";
const ROWS = [HEADER, "a,1,2,3,4", "b,5,6,7,8"];

/** An array of NumPy: its type, shape and values. */
function npy(type: string, shape: readonly number[], values: Uint8Array): Uint8Array {
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`.padEnd(117);
  return Buffer.concat([
    Buffer.from("\x93NUMPY\x01\x00\x76\x00", "latin1"),
    Buffer.from(`${text}\n`),
    values,
  ]);
}

const images = npy("|u1", [2, 2, 2], Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
const scans =
  (labels: Uint8Array, pixels = images) =>
  () =>
    write({ "scans/x_train.npy": pixels, "scans/y_train.npy": labels });
const floats = (...values: readonly number[]) => new Uint8Array(Float64Array.from(values).buffer);
const integers = (...values: readonly number[]) => Uint8Array.from(values);

const clothes =
  (labels: Uint8Array, pixels: Uint8Array = idx([2, 2, 2])) =>
  () =>
    write({ "clothes/train-images-idx3-ubyte": pixels, "clothes/train-labels-idx1-ubyte": labels });

/** The mistakes of the table, each with what it says. */
const MISTAKES: readonly (readonly [dataset: string, make: () => void, message: string])[] = [
  [
    "pets",
    pets({ "pets/cat/2.png": png().subarray(0, 60) }),
    "Cannot read pets/cat/2.png: it is damaged or incomplete.",
  ],
  [
    "pets",
    pets({ "pets/cat/2.png": "text" }),
    "Cannot read pets/cat/2.png: its content is not PNG, JPEG or WebP.",
  ],
  [
    "pets",
    pets({ "pets/cat/2.gif": "GIF" }),
    "The folder pets/cat has images that are not PNG, JPEG or WebP: 2.gif. Convert them or remove them.",
  ],
  [
    "pets",
    pets({ "pets/cat/2.png": png(20) }),
    "The images of pets differ in size, as height x width: 28 x 28 (2 files, such as pets/cat/1.png); 20 x 20 (1 file, such as pets/cat/2.png). Resize them with `resize` (--resize 28), or remove those that do not belong.",
  ],
  [
    "pets",
    () => write({ "pets/cat/1.png": png() }),
    "The folder pets has 1 folder (cat), but each class has a folder of its own and there are at least 2 classes.",
  ],
  [
    "pets",
    () => {
      pets({})();
      symlinkSync("..", "pets/cat/self");
    },
    "The folder pets/cat is a class, but has the folder self. Move their images into pets/cat, or remove them.",
  ],
  [
    "pets",
    () => {
      pets({})();
      symlinkSync("nowhere.png", "pets/cat/2.png");
    },
    "The folder pets/cat has links to images that are not there: 2.png. Restore the images, or remove the links.",
  ],
  [
    "letters.csv",
    letters(...ROWS, "a,1,2,3"),
    "letters.csv, line 4: it has 4 columns, but the first line has 5.",
  ],
  [
    "letters.csv",
    letters("label;p0;p1;p2;p3", "a;0,1;0,2;0,3;0,4"),
    "letters.csv, line 2: it has 9 columns, but the first line has 5. If its decimals are written with commas, write them with points.",
  ],
  [
    "letters.csv",
    letters(...ROWS, "a,1,,3,4"),
    'letters.csv, line 4, column "p1": expected a number, got "".',
  ],
  ["letters.csv", letters(...ROWS, ",1,2,3,4"), 'letters.csv, line 4, column "label": the label is empty.'],
  ["letters.csv", letters(...ROWS, 'a,"1,2,3,4'), "letters.csv, line 4: a quoted value is not closed."],
  [
    "letters.csv",
    () => write({ "letters.csv": Buffer.from(`${ROWS.join("\n")}\n\u00e9,1,2,3,4\n`, "latin1") }),
    'letters.csv, line 4, column "label": the label is not UTF-8 text. Save the file as UTF-8.',
  ],
  ["letters.csv", letters(HEADER), "letters.csv: it has no images."],
  [
    "letters.csv",
    letters("label,target,p0,p1,p2", ...ROWS.slice(1)),
    'letters.csv, line 1: the columns 1 ("label") and 2 ("target") may both be the label. Say which one is with `labelColumn` (--label-column), and remove the other unless it is a pixel.',
  ],
  [
    "letters.csv",
    letters("letter,p0,p1,p2,p3", ...ROWS.slice(1)),
    'letters.csv, line 1: no column is named "label", "labels", "class", "target". The columns are "letter", "p0", "p1", "p2", "p3". Say which one is the label with `labelColumn` (--label-column).',
  ],
  [
    "letters.csv",
    letters(HEADER, "3,1,2,3,4", "3,5,6,7,8"),
    "All training images of letters.csv have the label 3, but training needs images of at least 2 classes.",
  ],
  [
    "letters.csv.gz",
    () => write({ "letters.csv.gz": gzipSync(ROWS.join("\n")).subarray(0, 30) }),
    "Cannot read letters.csv.gz: its gzip stream is damaged (unexpected end of file).",
  ],
  [
    "scans",
    scans(npy("|O", [2], integers(1, 2))),
    "Cannot read scans/y_train.npy: its values are Python objects; expected integers or floats.",
  ],
  [
    "scans",
    scans(npy("|u1", [3], integers(0, 1, 0))),
    "scans/y_train.npy has 3 labels, but scans/x_train.npy has 2 images.",
  ],
  [
    "scans",
    scans(npy("|i1", [2], integers(0, 255))),
    "scans/y_train.npy has the label -1 at index 1. Expected whole numbers from 0 to 65535.",
  ],
  [
    "scans",
    scans(npy("<f8", [2, 2], floats(0.5, 0.5, 0, 1))),
    "scans/y_train.npy has the row [0.5, 0.5] at index 0. Expected one-hot rows: a 1, and otherwise 0. Pass soft targets to `loadDataset` as `targets`.",
  ],
  [
    "scans",
    scans(npy("|u1", [2], integers(0, 1)), npy("<f8", [2, 1, 1], floats(1, Number.NaN))),
    "scans/x_train.npy has the value NaN, in image 1. Expected finite numbers.",
  ],
  [
    "scans",
    () => {
      scans(npy("|u1", [2], integers(0, 1)))();
      write({
        "scans/x_test.npy": npy("<f8", [1, 2, 2], floats(0, 0.5, 0.25, 1)),
        "scans/y_test.npy": npy("|u1", [1], integers(1)),
      });
    },
    "scans/x_test.npy has values from 0 to 1, but scans/x_train.npy has whole numbers from 0 to 255. Scale them alike: all from 0 to 1, or all from 0 to 255.",
  ],
  [
    "scans",
    scans(npy("|u1", [2], integers(0, 1)), images.subarray(0, images.length - 2)),
    "Cannot read scans/x_train.npy: it is truncated: its header declares 2 x 2 x 2 values, more than the file can hold.",
  ],
  [
    "clothes",
    clothes(idx([3], [0, 1, 0])),
    "Cannot read clothes/train-labels-idx1-ubyte: it has 3 labels, but clothes/train-images-idx3-ubyte has 2 images.",
  ],
  [
    "clothes",
    clothes(idx([2], [0, 1]), idx([2, 2, 2]).subarray(0, 20)),
    "Cannot read clothes/train-images-idx3-ubyte: it is truncated: its header declares 8 values, but 4 are present.",
  ],
];

it.each(MISTAKES)("%#: a mistake in %s says what the page says", async (dataset, make, message) => {
  make();
  const error = (await loadDataset(dataset).catch((each) => each)) as Error & { code: string };
  expect(error.message).toContain(message);
  expect(error.code).toBe("DATA");
  expect(page).toContain(message.replaceAll("|", "\\|"));
});
