import { readdirSync, readFileSync, rmSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { encode } from "fast-png";
import { loadDataset } from "../../../src/data/load-dataset.js";
import type { OptimbenchError } from "../../../src/errors.js";
import { idx } from "../../data/idx-files.js";
import { type DamagedFile, damage, damaged } from "../byte-edits.js";
import type { Target } from "../target.js";
import { TemporaryFolder } from "./temporary-folder.js";

const golden = fileURLToPath(new URL("../../golden/", import.meta.url));
const goldenFiles = (folder: string, ending: RegExp) =>
  readdirSync(join(golden, folder))
    .filter((name) => ending.test(name))
    .sort()
    .map((name) => ({ name, bytes: readFileSync(join(golden, folder, name)) }));

interface Seed {
  /** Where the file belongs. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

interface Format {
  readonly name: string;
  readonly quick: number;
  readonly words?: readonly string[];
  /** Files, each of which is damaged in turn. */
  readonly seeds: readonly Seed[];
  /** Good files beside the damaged one. */
  readonly beside?: readonly Seed[];
  /** What to load, from the path of the damaged file. Default: the file. */
  readonly dataset?: (file: string, folder: string) => string;
}

/** Files of datasets, one of which is damaged. */
function imageData({ name, quick, words, seeds, beside = [], dataset }: Format): Target<DamagedFile> {
  const folder = new TemporaryFolder();
  for (const each of beside) folder.write(each.name, each.bytes);
  const files = seeds.map(({ bytes }) => bytes);
  return {
    name,
    quick,
    inputs: damaged(files.length, words),
    read: async (input) => {
      const seed = seeds[input.file]!;
      const file = folder.write(seed.name, damage(files, input));
      try {
        await loadDataset(dataset?.(file, folder.path) ?? file, { resize: { height: 8, width: 8 } });
      } finally {
        rmSync(file);
        for (const each of beside) if (each.name === seed.name) folder.write(each.name, each.bytes);
      }
    },
    codes: ["DATA", "CONFIG"],
    names: ({ message }: OptimbenchError) => message.includes(folder.path),
    close: folder.remove,
  };
}

const inFolder = (_: string, folder: string) => folder;

const idxImages = idx([9, 3, 4]);
const idxLabels = idx([9], [0, 1, 2, 0, 1, 2, 0, 1, 2]);
const colours = idx([9, 3, 2, 3]);
const IDX = "train-images-idx3-ubyte";
const IDX_LABELS = "train-labels-idx1-ubyte";

const arrays = goldenFiles("numpy_files", /\.npy$/);
const arrayNamed = (wanted: string) => arrays.find(({ name }) => name === wanted)!.bytes;
const [X, Y] = ["x_train.npy", "y_train.npy"];

const csv = (separator: string, header: boolean) =>
  Buffer.from(
    [
      ...(header ? [["label", "p0", "p1", "p2", "p3"]] : []),
      ["cat", "0", "0.5", "255", "1e2"],
      ['"a ""dog"""', "-1", "2", "3", "4"],
      ["cat", "+.5", "2", "3", "4"],
    ]
      .map((row) => row.join(separator))
      .join("\r\n"),
  );

const png = (channels: 1 | 2 | 3 | 4, depth: 8 | 16 = 8) => {
  const length = 5 * 4 * channels;
  const data = depth === 8 ? new Uint8Array(length) : new Uint16Array(length);
  return encode({ width: 5, height: 4, channels, depth, data: data.map((_, i) => i * 7) as never });
};

const images = [
  ...goldenFiles("images", /\.(png|jpe?g|webp)$/),
  { name: "0.png", bytes: png(1) },
  { name: "1.png", bytes: png(2) },
  { name: "2.png", bytes: png(4, 16) },
].map(({ name, bytes }, i) => ({ name: `cat/x${i}${extname(name)}`, bytes }));

const cifar = Uint8Array.from({ length: 2 * 3073 }, (_, i) => (i % 3073 === 0 ? i / 3073 : i));

/** The readers of datasets. */
export const imageDataTargets = (): Target<DamagedFile>[] => [
  imageData({
    name: "IDX files",
    quick: 500,
    seeds: [
      ...[idxImages, colours, gzipSync(idxImages)].map((bytes) => ({ name: IDX, bytes })),
      ...[idxLabels, gzipSync(idxLabels)].map((bytes) => ({ name: IDX_LABELS, bytes })),
    ],
    beside: [
      { name: IDX, bytes: idxImages },
      { name: IDX_LABELS, bytes: idxLabels },
    ],
    dataset: inFolder,
  }),
  imageData({
    name: "npy files",
    quick: 400,
    words: ["\x93NUMPY", "'descr': '<f8'", "'|O'", "(1,", "99999999999", "True", "'shape': ()", "PK\x03\x04"],
    seeds: [
      ...goldenFiles("numpy_files", /\.npz$/),
      ...arrays.map(({ name, bytes }) => ({ name: name.startsWith("labels") ? Y : X, bytes })),
    ],
    beside: [
      { name: X, bytes: arrayNamed("uint8.npy") },
      { name: Y, bytes: arrayNamed("labels_u1.npy") },
    ],
    dataset: (file) => file.replace(Y, X),
  }),
  imageData({
    name: "CSV files",
    quick: 500,
    words: ['"', '""', ",", ";", "\t", "\n", "\r", "\ufeff", "label", "nan", "1e400", "-0", "0x10", " "],
    seeds: [csv(",", true), csv(";", false), csv("\t", true), gzipSync(csv(",", true))].map((bytes) => ({
      name: "a.csv",
      bytes,
    })),
  }),
  imageData({
    name: "images",
    quick: 300,
    words: ["IHDR", "IDAT", "PLTE", "iCCP", "eXIf", "IEND", "RIFF", "WEBPVP8X", "ANIM", "\xff\xc0", "<svg"],
    seeds: images,
    beside: [{ name: "dog/0.png", bytes: png(3) }],
    dataset: inFolder,
  }),
  imageData({
    name: "CIFAR-10 files",
    quick: 200,
    seeds: [{ name: "data_batch_1.bin", bytes: cifar }],
    beside: [2, 3, 4, 5].map((i) => ({ name: `data_batch_${i}.bin`, bytes: cifar })),
    dataset: inFolder,
  }),
];
