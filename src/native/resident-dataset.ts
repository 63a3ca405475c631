import { setImmediate } from "node:timers/promises";
import type { Dataset, ImageSet } from "../data/dataset.js";
import { dataError } from "../errors.js";
import { loadNative, type NativeDataset } from "./addon.js";

/** A dataset on the device. It is copied once for all runs. */
export interface ResidentDataset {
  readonly images: NativeDataset;
  readonly validation?: NativeDataset;
  readonly test?: NativeDataset;
}

// Entries are freed with their dataset.
const resident = new WeakMap<Dataset, Map<string, Promise<ResidentDataset>>>();

/** Bytes copied per turn of the event loop: a few milliseconds. */
const PART = 1 << 22;

const bytesOfImage = ({ height, width, channels, classes }: Dataset) =>
  height * width * channels + 8 + 4 * classes;

/** Bytes that `residentDataset` still has to copy to the device. */
export function bytesToCopy(dataset: Dataset, device: string): number {
  if (resident.get(dataset)?.has(device)) return 0;
  const sets = [dataset, dataset.validation, dataset.test];
  return bytesOfImage(dataset) * sets.reduce((sum, set) => sum + (set?.labels.length ?? 0), 0);
}

/** Returns the dataset on the device, and copies it there the first time. */
export function residentDataset(dataset: Dataset, device: string): Promise<ResidentDataset> {
  const byDevice = resident.get(dataset) ?? new Map<string, Promise<ResidentDataset>>();
  resident.set(dataset, byDevice);
  const found = byDevice.get(device);
  if (found !== undefined) return found;
  const copying = copyAll(dataset, device).catch((error) => {
    byDevice.delete(device);
    throw error;
  });
  byDevice.set(device, copying);
  return copying;
}

async function copyAll(dataset: Dataset, device: string): Promise<ResidentDataset> {
  const images = await copy(dataset, dataset, device);
  const { validation, test } = dataset;
  return {
    images,
    ...(validation && { validation: await copy(validation, dataset, device) }),
    ...(test && { test: await copy(test, dataset, device) }),
  };
}

/** Copies in parts on the event loop, so that an array that its owner transfers in the meantime is not read. */
async function copy(set: ImageSet, dataset: Dataset, device: string): Promise<NativeDataset> {
  const { Dataset: NativeDatasetClass } = loadNative();
  const { height, width, channels, classes } = dataset;
  const rows = Math.max(1, Math.floor(PART / bytesOfImage(dataset)));
  const count = set.labels.length;
  const place = { rows, count, pixels: height * width * channels, classes };
  const shape = [channels, height, width] as const;
  const made = new NativeDatasetClass({
    ...partOf(set, { ...place, first: 0 }),
    count,
    shape,
    classes,
    device,
  });
  for (let first = rows; first < count; first += rows) {
    await setImmediate();
    made.add(partOf(set, { ...place, first }));
  }
  return made;
}

/** The error that the arrays of a dataset are empty now. */
export const givenAway = () =>
  dataError(
    "The dataset's arrays were transferred or detached while they were read. Do not transfer them during a call.",
  );

type Place = Readonly<Record<"first" | "rows" | "count" | "pixels" | "classes", number>>;

function partOf({ images, labels, targets }: ImageSet, { first, rows, count, pixels, classes }: Place) {
  if (
    images.length !== count * pixels ||
    labels.length !== count ||
    (targets && targets.length !== count * classes)
  )
    throw givenAway();
  const end = first + rows;
  return {
    images: images.subarray(first * pixels, end * pixels),
    labels: Int32Array.from(labels.subarray(first, end)),
    ...(targets && { targets: targets.subarray(first * classes, end * classes) }),
  };
}
