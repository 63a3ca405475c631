import type { Dataset, ImageSet } from "../data/dataset.js";
import { loadNative, type NativeDataset } from "./addon.js";

/** A dataset's images where they are trained on: copied to the device once, however many runs use them. */
export interface ResidentDataset {
  readonly images: NativeDataset;
  readonly test?: NativeDataset;
}

// Freed with the dataset they were made from.
const resident = new WeakMap<Dataset, Map<string, ResidentDataset>>();

/** Bytes that `residentDataset` still has to copy to the device. */
export function bytesToCopy(dataset: Dataset, device: string): number {
  if (resident.get(dataset)?.has(device)) return 0;
  const bytes = ({ images, labels }: ImageSet) => images.length + labels.length * (8 + 4 * dataset.classes);
  return bytes(dataset) + (dataset.test ? bytes(dataset.test) : 0);
}

/** The dataset on the device; copies it there the first time. */
export function residentDataset(dataset: Dataset, device: string): ResidentDataset {
  const byDevice = resident.get(dataset) ?? new Map<string, ResidentDataset>();
  resident.set(dataset, byDevice);
  const found = byDevice.get(device);
  if (found !== undefined) return found;
  const { Dataset: NativeDatasetClass } = loadNative();
  const shape = [dataset.channels, dataset.height, dataset.width] as const;
  const copy = ({ images, labels, targets }: Pick<Dataset, "images" | "labels" | "targets">) =>
    new NativeDatasetClass({
      images,
      labels,
      shape,
      classes: dataset.classes,
      device,
      ...(targets && { targets }),
    });
  const made = { images: copy(dataset), ...(dataset.test && { test: copy(dataset.test) }) };
  byDevice.set(device, made);
  return made;
}
