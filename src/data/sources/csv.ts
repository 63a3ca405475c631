import { join } from "node:path";
import { dataError } from "../../errors.js";
import { countText } from "../../validation/count-text.js";
import { classesOf, type Dataset } from "../dataset.js";
import { squareShape } from "../image-shape.js";
import { encodeLabels } from "../label-names.js";
import { toBytes } from "../pixel-list.js";
import type { ReadOptions } from "../read-options.js";
import { mixedScalesText } from "../scaling.js";
import type { Watch } from "../watch.js";
import { type CsvImages, readCsv } from "./csv-file.js";
import type { Place, Source } from "./source.js";

export const csv: Source = {
  what: "a CSV file",
  hasColumns: true,
  recognises: (place) =>
    place.kind === "file" ? CSV.test(place.path) : place.files.some((name) => partOf(name) === "train"),
  read: readCsvDataset,
};

const CSV = /\.(csv|tsv)(\.gz)?$/i;
/** "train.csv", or "fashion-mnist_train.csv" */
const PART_NAME = /^(?:.*[-_.])?(train|training|val|valid|validation|test|testing)\.(?:csv|tsv)(?:\.gz)?$/i;
const PARTS = ["train", "validation", "test"] as const;

const partOf = (name: string) => {
  const word = PART_NAME.exec(name)?.[1]?.toLowerCase();
  return word === undefined ? undefined : PARTS.find((part) => part.startsWith(word.slice(0, 3)));
};

async function readCsvDataset(place: Place, options: ReadOptions, watch: Watch): Promise<Dataset> {
  const files = filesOf(place);
  const parts: Partial<Record<(typeof PARTS)[number], CsvImages>> = {};
  for (const part of PARTS) {
    const file = files[part];
    if (file === undefined) continue;
    const { labelColumn, groupColumn } = options;
    const columns = { labelColumn, ...(part === "train" && { groupColumn }) };
    // The test file of a competition has no labels.
    const images = await readCsv(file, { ...columns, mayLackLabels: part === "test" }, watch);
    if (images !== undefined) parts[part] = images;
  }
  const present = PARTS.filter((part) => parts[part] !== undefined);
  const sets = present.map((part) => parts[part]!);
  const train = parts.train!;
  const shape = squareShape(train.width);
  if (shape === undefined)
    throw dataError(
      `${train.file} has ${countText(train.width, "column")} of pixels, which do not form a square image of 1 or 3 channels. ` +
        "If one of these columns is not a pixel, remove it. If the images are not square, give them to `loadDataset` as arrays.",
    );
  for (const { file, width } of sets)
    if (width !== train.width)
      throw dataError(`${file} has ${width} columns of pixels, but ${train.file} has ${train.width}.`);
  const { ids, classNames } = encodeLabels(
    sets.map(({ labels, lines, file }) => ({ labels, placeOf: (index) => `${file}, line ${lines[index]}` })),
    (problem) => dataError(`${train.file}: ${problem}`),
  );
  const converted = await toBytes(
    isZeroToOne(sets)
      ? sets.map(({ pixels }) => Float32Array.from(pixels))
      : sets.map(({ pixels }) => pixels),
  );
  if ("index" in converted) throw dataError(`${sets[converted.set]!.file} has a value that is not finite.`);
  if ("floats" in converted)
    throw dataError(mixedScalesText(sets[converted.floats]!.file, sets[converted.bytes]!.file));
  const setOf = (part: (typeof PARTS)[number]) => {
    const at = present.indexOf(part);
    return { count: sets[at]!.labels.length, images: converted.bytes[at]!, labels: ids[at]! };
  };
  return {
    name: place.path,
    ...shape,
    classes: classNames?.length ?? classesOf(...ids),
    ...(classNames && { classNames }),
    ...(converted.scaling && { scaling: converted.scaling }),
    ...setOf("train"),
    ...(train.groups && { groups: numbered(train.groups) }),
    ...(parts.validation && { validation: setOf("validation") }),
    ...(parts.test && { test: setOf("test") }),
  };
}

/** Whether all values are 0 or 1, so that they are not bytes. */
const isZeroToOne = (sets: readonly CsvImages[]) =>
  sets.every(({ pixels }) => pixels instanceof Uint8Array && pixels.every((value) => value <= 1));

/** Numbers the groups in the order in which they occur. */
function numbered(groups: readonly string[]): Uint32Array {
  const numbers = new Map<string, number>();
  return Uint32Array.from(groups, (group) => {
    const number = numbers.get(group) ?? numbers.size;
    numbers.set(group, number);
    return number;
  });
}

function filesOf(place: Place): Partial<Record<(typeof PARTS)[number], string>> {
  if (place.kind === "file") return { train: place.path };
  const files: Partial<Record<(typeof PARTS)[number], string>> = {};
  for (const name of place.files) {
    const part = partOf(name);
    if (part === undefined) continue;
    const other = files[part];
    if (other !== undefined)
      throw dataError(
        `The folder ${place.path} has several CSV files for ${part === "train" ? "training" : part}: ${other} and ${name}. Name one file, or keep one.`,
      );
    files[part] = name;
  }
  return Object.fromEntries(Object.entries(files).map(([part, name]) => [part, join(place.path, name)]));
}
