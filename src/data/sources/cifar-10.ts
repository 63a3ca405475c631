import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { dataError } from "../../errors.js";
import { fileProblem } from "../../system/file-problem.js";
import { type Dataset, type HeldOutSet, MOST_BYTES } from "../dataset.js";
import { parts } from "../parts.js";
import type { Place, Source } from "./source.js";

/** The binary version of CIFAR-10: records of a label, then the red, the green and the blue plane of an image. */
export const cifar10: Source = {
  what: "a folder with CIFAR-10's data_batch_1.bin",
  recognises: (place) => place.kind === "folder" && place.files.some((name) => BATCH.test(name)),
  read: readCifar10,
};

const BATCH = /^data_batch_(\d+)(\.bin)?$/;
export const CIFAR_SIDE = 32;
const CLASSES = 10;
const AREA = CIFAR_SIDE * CIFAR_SIDE;
const RECORD = 1 + 3 * AREA;

async function readCifar10(place: Place): Promise<Dataset> {
  const { path } = place;
  const files = place.kind === "folder" ? place.files : [];
  const numbers = files.flatMap((name) => {
    const [, number, isBinary] = BATCH.exec(name) ?? [];
    return isBinary === undefined ? [] : [Number(number)];
  });
  if (numbers.length === 0)
    throw dataError(
      `The folder ${path} has CIFAR-10's Python version (pickled objects), which is not read. ` +
        "Get the binary version, cifar-10-binary.tar.gz, and name the folder with its data_batch_1.bin.",
    );
  numbers.sort((a, b) => a - b);
  const gap = numbers.findIndex((number, i) => number !== i + 1);
  if (gap >= 0)
    throw dataError(
      `The folder ${path} has data_batch_${numbers.at(-1)}.bin, but no data_batch_${gap + 1}.bin.`,
    );
  const train = await readBatches(numbers.map((number) => join(path, `data_batch_${number}.bin`)));
  const test = files.includes("test_batch.bin")
    ? await readBatches([join(path, "test_batch.bin")])
    : undefined;
  const classNames = files.includes("batches.meta.txt")
    ? await readNames(join(path, "batches.meta.txt"))
    : undefined;
  return {
    name: path,
    height: CIFAR_SIDE,
    width: CIFAR_SIDE,
    channels: 3,
    classes: CLASSES,
    ...(classNames && { classNames }),
    ...train,
    ...(test && { test }),
  };
}

async function readBatches(files: readonly string[]): Promise<HeldOutSet> {
  const batches: Uint8Array[] = [];
  let total = 0;
  for (const file of files) {
    const bytes = await readFile(file).catch(unreadable(file));
    if (bytes.length === 0 || bytes.length % RECORD !== 0)
      throw dataError(
        `${file} has ${bytes.length} bytes, which is not a multiple of ${RECORD} (a label and 32 x 32 x 3 values). Download it again.`,
      );
    for (let start = 0; start < bytes.length; start += RECORD)
      if (bytes[start]! >= CLASSES)
        throw dataError(
          `${file} has the label ${bytes[start]} at image ${start / RECORD}. Expected 0 to ${CLASSES - 1}.`,
        );
    total += bytes.length;
    if (total > MOST_BYTES)
      throw dataError(`${file} and those before it have ${total} bytes; at most ${MOST_BYTES} are read.`);
    batches.push(bytes);
  }
  const { images, labels } = await cifarImages(batches);
  return { count: labels.length, images, labels };
}

async function readNames(file: string): Promise<readonly string[]> {
  const text = await readFile(file, "utf8").catch(unreadable(file));
  const names = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (names.length === CLASSES && new Set(names).size === CLASSES) return names;
  throw dataError(
    `${file} has ${names.length} lines; expected the ${CLASSES} different names of the classes.`,
  );
}

const unreadable = (file: string) => (cause: unknown) => {
  throw dataError(`Cannot read ${file}: ${fileProblem(cause)}.`, cause);
};

/** The images and labels of whole records, with the values of a pixel side by side. */
export async function cifarImages(
  batches: readonly Uint8Array[],
): Promise<{ readonly images: Uint8Array; readonly labels: Uint8Array }> {
  const count = batches.reduce((sum, batch) => sum + batch.length / RECORD, 0);
  const [images, labels] = [new Uint8Array(count * (RECORD - 1)), new Uint8Array(count)];
  let [image, place] = [0, 0];
  for (const batch of batches)
    for await (const [first, end] of parts(batch.length, 256 * RECORD))
      for (let start = first; start < end; start += RECORD) {
        labels[image++] = batch[start]!;
        for (let pixel = 1; pixel <= AREA; pixel++)
          for (let channel = 0; channel < 3; channel++)
            images[place++] = batch[start + channel * AREA + pixel]!;
      }
  return { images, labels };
}
