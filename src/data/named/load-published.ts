import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { OptimbenchError } from "../../errors.js";
import { fileProblem } from "../../system/file-problem.js";
import { classesOf, type Dataset } from "../dataset.js";
import { parts } from "../parts.js";
import { CIFAR_SIDE, cifarImages } from "../sources/cifar-10.js";
import { type IdxArray, idxHeader, readIdx } from "../sources/idx.js";
import { sha256Of, sha256OfFile } from "./checksum.js";
import { PUBLISHED, type Published, type PublishedFile, type PublishedName } from "./published.js";

/**
 * Reads a published dataset and compares each file with its checksum.
 *
 * @param paths its files, in the order of `Published.files`
 * @throws OptimbenchError (DATA) if a file is missing, damaged, or not the published one
 */
export async function loadPublished(name: PublishedName, paths: readonly string[]): Promise<Dataset> {
  const published: Published = PUBLISHED[name];
  const { classNames } = published;
  const images = await (name === "cifar-10" ? readCifar10(published, paths) : readIdxFiles(published, paths));
  const { train, test, ...shape } = images;
  return {
    name,
    count: train.labels.length,
    ...shape,
    classes: classNames?.length ?? classesOf(train.labels, test.labels),
    ...(classNames && { classNames }),
    ...train,
    test: { count: test.labels.length, ...test },
  };
}

/** @throws OptimbenchError (DATA) unless the file is the published one, byte for byte */
export async function checkPublishedFile(
  { title, sha256Of }: Published,
  file: PublishedFile,
  path: string,
): Promise<void> {
  if (sha256Of === "gzip") await checkGzip(title, file, path);
  else if (/\.gz$|idx\d-ubyte/.test(path)) await readContent(title, file, path);
  else await readBytes(title, file, path);
}

async function readIdxFiles(published: Published, paths: readonly string[]) {
  const { title, files, sha256Of, isTransposed = false, firstLabel = 0 } = published;
  const arrays: IdxArray[] = [];
  for (const [i, path] of paths.entries()) {
    const file = files[i]!;
    arrays.push(await (sha256Of === "gzip" ? readGzip : readContent)(title, file, path));
  }
  const [trainImages, trainLabels, testImages, testLabels] = arrays.map(({ data }) => data);
  const [, height, width] = arrays[0]!.dimensions;
  for (const images of isTransposed ? [trainImages!, testImages!] : []) await transpose(images, height!);
  if (firstLabel !== 0)
    for (const labels of [trainLabels!, testLabels!])
      for (let i = 0; i < labels.length; i++) labels[i]! -= firstLabel;
  return {
    height: height!,
    width: width!,
    channels: 1,
    train: { images: trainImages!, labels: trainLabels! },
    test: { images: testImages!, labels: testLabels! },
  };
}

async function readContent(title: string, file: PublishedFile, path: string): Promise<IdxArray> {
  const array = await readIdx(path);
  check(title, file, path, "its content", await sha256Of(idxHeader(array.dimensions), array.data));
  return array;
}

/** The checksum is of the bytes that were read, in case another program writes to the file. */
async function readGzip(title: string, file: PublishedFile, path: string): Promise<IdxArray> {
  const hash = createHash("sha256");
  const array = await readIdx(path, undefined, undefined, hash);
  check(title, file, path, "the file", hash.digest("hex"));
  return array;
}

const checkGzip = async (title: string, file: PublishedFile, path: string) =>
  check(title, file, path, "the file", await sha256OfFile(path).catch(unreadable(path)));

async function readBytes(title: string, file: PublishedFile, path: string): Promise<Uint8Array> {
  const bytes = await readFile(path).catch(unreadable(path));
  check(title, file, path, "its content", await sha256Of(bytes));
  return bytes;
}

function check(title: string, { name, sha256 }: PublishedFile, path: string, what: string, found: string) {
  if (found === sha256) return;
  throw new OptimbenchError(
    "DATA",
    `${path} is not ${title}'s ${name}: the SHA-256 of ${what} is ${found}, expected ${sha256}. ` +
      "Delete it and fetch it again, or load its folder by path as a custom dataset.",
  );
}

const unreadable = (path: string) => (cause: unknown) => {
  throw new OptimbenchError("DATA", `Cannot read ${path}: ${fileProblem(cause)}.`, { cause });
};

/** Transposes square images in place. */
async function transpose(images: Uint8Array, side: number): Promise<void> {
  const size = side * side;
  for await (const [first, end] of parts(images.length, size * 1024))
    for (let start = first; start < end; start += size)
      for (let y = 1; y < side; y++)
        for (let x = 0; x < y; x++) {
          const [a, b] = [start + y * side + x, start + x * side + y];
          const value = images[a]!;
          images[a] = images[b]!;
          images[b] = value;
        }
}

async function readCifar10({ title, files }: Published, paths: readonly string[]) {
  const batches: Uint8Array[] = [];
  for (const [i, path] of paths.entries()) batches.push(await readBytes(title, files[i]!, path));
  const test = batches.pop()!;
  return {
    height: CIFAR_SIDE,
    width: CIFAR_SIDE,
    channels: 3,
    train: await cifarImages(batches),
    test: await cifarImages([test]),
  };
}
