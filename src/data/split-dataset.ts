import { configError } from "../errors.js";
import { integerText } from "../validation/count-text.js";
import type { Dataset, Labels } from "./dataset.js";
import { permutation, randomStream } from "./random.js";
import { split } from "./split.js";

/** How many images each part has, and whether each class has the same share of both. */
interface Sizes {
  readonly train: number;
  readonly validation: number;
  readonly stratified?: boolean | undefined;
}

/** Images to train with, and images to validate with. */
interface SplitIndices {
  /** Indices into the dataset. */
  readonly train: Uint32Array;
  /** Indices into the dataset's validation set, if it has one, otherwise into the dataset. */
  readonly validation: Uint32Array;
}

/**
 * Draws the training and validation images of a seed. Images of a group are never in both parts: validation images are whole
 * groups, of at most the requested number of images together.
 *
 * @throws OptimbenchError (CONFIG) if there are too few images, or every group has more images than are to be validated with
 */
export function splitDataset(
  { count, labels, groups, validation }: Pick<Dataset, "count" | "labels" | "groups" | "validation">,
  sizes: Sizes,
  seed: number,
): SplitIndices {
  const order = (length: number) => permutation(length, randomStream(seed, "split"));
  const draw = sizes.stratified ? drawInProportion : drawFirst;
  if (validation !== undefined)
    return {
      train: draw(order(count), sizes.train, labels).drawn,
      validation: draw(order(validation.count), sizes.validation, validation.labels).drawn,
    };
  if (groups !== undefined) {
    const held = drawGroups(order(count), sizes.validation, groups);
    return { train: held.rest.slice(0, sizes.train), validation: held.drawn };
  }
  if (!sizes.stratified) return split(count, sizes, seed);
  const held = drawInProportion(order(count), sizes.validation, labels);
  return { train: drawInProportion(held.rest, sizes.train, labels).drawn, validation: held.drawn };
}

/** Images that are drawn, and those that remain, both in the given order. */
interface Draw {
  readonly drawn: Uint32Array;
  readonly rest: Uint32Array;
}

const drawFirst = (order: Uint32Array, size: number): Draw => ({
  drawn: order.slice(0, size),
  rest: order.slice(size),
});

/** Draws images of which each class has the share that it has of all, rounded by largest remainders. */
function drawInProportion(order: Uint32Array, size: number, labels: Labels): Draw {
  const counts = new Map<number, number>();
  for (const index of order) counts.set(labels[index]!, (counts.get(labels[index]!) ?? 0) + 1);
  const quotas = [...counts]
    .map(([label, count]) => {
      const exact = (size * count) / order.length;
      return { label, quota: Math.floor(exact), remainder: exact % 1 };
    })
    .sort((a, b) => b.remainder - a.remainder || a.label - b.label);
  const left = size - quotas.reduce((sum, { quota }) => sum + quota, 0);
  const room = new Map(quotas.map(({ label, quota }, i) => [label, quota + (i < left ? 1 : 0)]));
  return divide(order, (index) => {
    const free = room.get(labels[index]!)!;
    room.set(labels[index]!, free - 1);
    return free > 0;
  });
}

/** Draws whole groups in random order, each that still fits. */
function drawGroups(order: Uint32Array, size: number, groups: Uint32Array): Draw {
  const counts = new Map<number, number>();
  for (const index of order) counts.set(groups[index]!, (counts.get(groups[index]!) ?? 0) + 1);
  const chosen = new Set<number>();
  let room = size;
  for (const [group, count] of counts) {
    if (count > room) continue;
    chosen.add(group);
    room -= count;
  }
  if (chosen.size > 0) return divide(order, (index) => chosen.has(groups[index]!));
  const smallest = [...counts.values()].reduce((least, count) => Math.min(least, count));
  throw configError(
    `\`split.validation\` is ${integerText(size)}, but each group has more images: the smallest has ${integerText(smallest)}. Raise it, or group the images otherwise.`,
    "split.validation",
  );
}

function divide(order: Uint32Array, isDrawn: (index: number) => boolean): Draw {
  const [drawn, rest]: [number[], number[]] = [[], []];
  for (const index of order) (isDrawn(index) ? drawn : rest).push(index);
  return { drawn: Uint32Array.from(drawn), rest: Uint32Array.from(rest) };
}
