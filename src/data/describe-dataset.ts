import { ChannelValues } from "./channel-values.js";
import type { Dataset, HeldOutSet, Scaling } from "./dataset.js";
import { parts } from "./parts.js";

/** What is in a dataset, as plain data. */
export interface DatasetDescription {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: number;
  readonly classNames?: readonly string[];
  readonly scaling?: Scaling;
  /** The groups of the training images, which a split keeps together, and how many images they have; absent if there are none. */
  readonly groups?: {
    readonly count: number;
    readonly smallest: number;
    readonly median: number;
    readonly largest: number;
  };
  /** The training images first, then the validation and the test set, as far as the dataset has them. */
  readonly sets: readonly SetDescription[];
  /** How many images of a set are in an earlier set as well, for each pair of sets that share images. */
  readonly shared: readonly { readonly set: SetName; readonly earlier: SetName; readonly count: number }[];
  /** The values of the training images, 0 to 255. Mean and standard deviation are per channel. */
  readonly values: {
    readonly minimum: number;
    readonly maximum: number;
    readonly mean: readonly number[];
    readonly standardDeviation: readonly number[];
  };
  /** Whether greyscale images are dark on a light background, unlike MNIST's. */
  readonly looksInverted: boolean;
}

type SetName = "train" | "validation" | "test";

interface SetDescription {
  readonly set: SetName;
  readonly count: number;
  /** The number of images of each class. */
  readonly perClass: readonly number[];
  /** Images that equal an earlier one of the set, value by value. */
  readonly duplicates: number;
  /** Those of them that have another label than the first image of their kind. */
  readonly conflicts: number;
}

/** Values per part. */
const PART = 2 ** 20;

/** Describes a dataset, in parts of a few milliseconds. `onProgress` receives the images that are done, and all. */
export async function describeDataset(
  dataset: Dataset,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<DatasetDescription> {
  const { name, height, width, channels, classes, classNames, scaling, groups, validation, test } = dataset;
  const sets = Object.entries({ train: dataset, validation, test }).filter(
    (entry): entry is [SetName, HeldOutSet] => entry[1] !== undefined,
  );
  const size = height * width * channels;
  const total = sets.reduce((sum, [, { count }]) => sum + count, 0);
  const images = new SeenImages(size);
  const values = new ChannelValues(channels);
  const described: SetDescription[] = [];
  let [done, border] = [0, { light: 0, count: 0 }];
  for (const [set, { images: bytes, labels, count }] of sets) {
    const perClass = new Array<number>(classes).fill(0);
    for await (const [first, end] of parts(count, Math.max(1, Math.floor(PART / size)))) {
      for (let i = first; i < end; i++) {
        perClass[labels[i]!]!++;
        images.add(set, bytes, i, labels[i]!);
        if (set === "train") values.add(bytes.subarray(i * size, (i + 1) * size));
      }
      onProgress(done + end, total);
    }
    if (set === "train" && channels === 1) border = lightBorder(bytes, count, height, width);
    described.push({ set, count, perClass, ...images.duplicatesIn(set) });
    done += count;
  }
  return {
    name,
    height,
    width,
    channels,
    classes,
    ...(classNames && { classNames }),
    ...(scaling && { scaling }),
    ...(groups && { groups: groupSizes(groups) }),
    sets: described,
    shared: images.shared(),
    values: { ...values.range(), ...values.moments() },
    looksInverted: border.light > 0.75 * border.count,
  };
}

function groupSizes(groups: Uint32Array): NonNullable<DatasetDescription["groups"]> {
  const counts = new Map<number, number>();
  for (const group of groups) counts.set(group, (counts.get(group) ?? 0) + 1);
  const sizes = Float64Array.from(counts.values()).sort();
  const middle = (sizes.length - 1) / 2;
  const median = (sizes[Math.floor(middle)]! + sizes[Math.ceil(middle)]!) / 2;
  return { count: sizes.length, smallest: sizes[0]!, median, largest: sizes.at(-1)! };
}

/** Finds equal images, by hashes of 53 bits and then byte by byte. */
class SeenImages {
  private readonly byHash = new Map<number, { set: SetName; image: Uint8Array; label: number }[]>();
  private readonly duplicates = new Map<SetName, { duplicates: number; conflicts: number }>();
  private readonly sharedCounts = new Map<string, { set: SetName; earlier: SetName; count: number }>();

  constructor(private readonly size: number) {}

  add(set: SetName, images: Uint8Array, index: number, label: number): void {
    const image = images.subarray(index * this.size, (index + 1) * this.size);
    const hash = hashOf(image);
    const alike = this.byHash.get(hash);
    const equal = alike?.filter((other) => Buffer.compare(other.image, image) === 0) ?? [];
    for (const { set: earlier } of equal) if (earlier !== set) this.countShared(set, earlier);
    const first = equal.find((other) => other.set === set);
    if (first !== undefined) {
      const counts = this.duplicatesIn(set);
      counts.duplicates++;
      if (first.label !== label) counts.conflicts++;
    } else if (alike !== undefined) alike.push({ set, image, label });
    else this.byHash.set(hash, [{ set, image, label }]);
  }

  duplicatesIn(set: SetName): { duplicates: number; conflicts: number } {
    const counts = this.duplicates.get(set) ?? { duplicates: 0, conflicts: 0 };
    this.duplicates.set(set, counts);
    return counts;
  }

  shared() {
    return [...this.sharedCounts.values()];
  }

  private countShared(set: SetName, earlier: SetName): void {
    const key = `${set} ${earlier}`;
    const counts = this.sharedCounts.get(key) ?? { set, earlier, count: 0 };
    this.sharedCounts.set(key, counts);
    counts.count++;
  }
}

/** Two hashes of 32 bits (FNV-1a, and one like it), of which 53 bits are kept. */
function hashOf(image: Uint8Array): number {
  let [a, b] = [0x811c9dc5, 0x9747b28c];
  for (let i = 0; i < image.length; i++) {
    const value = image[i]!;
    a = Math.imul(a ^ value, 0x01000193);
    b = Math.imul((b ^ value) + 0x7f4a7c15, 0x5bd1e995);
    b ^= b >>> 15;
  }
  return (a >>> 0) * 2 ** 21 + (b & 0x1fffff);
}

/** Images whose borders are examined, at most. */
const MOST_BORDERS = 1000;
const LIGHT = 192;

/** How many of the pixels at the borders of greyscale images are light. */
function lightBorder(images: Uint8Array, count: number, height: number, width: number) {
  let [light, pixels] = [0, 0];
  const step = Math.ceil(count / MOST_BORDERS);
  for (let image = 0; image < count; image += step)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x += y === 0 || y === height - 1 ? 1 : Math.max(1, width - 1)) {
        pixels++;
        if (images[(image * height + y) * width + x]! >= LIGHT) light++;
      }
  return { light, count: pixels };
}
