import { configError } from "../errors.js";
import { countText, integerText } from "../validation/count-text.js";
import type { SplitSizes } from "./resolved-config.generated.js";

/** The sizes that a config gives. */
interface Given {
  readonly train?: number | undefined;
  readonly validation?: number | undefined;
  readonly stratified?: boolean | undefined;
}

/** The images to split. */
interface Images {
  readonly name: string;
  readonly count: number;
  /** The validation set that the dataset supplies. */
  readonly validation?: { readonly count: number };
  readonly groups?: ArrayLike<number>;
}

/**
 * Resolves the numbers of training and validation images. By default, all images of a validation set that the dataset supplies,
 * otherwise a fifth of the images.
 *
 * @throws OptimbenchError (CONFIG) if there are too few
 */
export function splitSizes({ stratified, ...split }: Given, images: Images): SplitSizes {
  if (stratified && images.groups !== undefined)
    throw configError(
      `\`split.stratified\` is true, but the images of ${images.name} are grouped. A split can keep groups together or classes in proportion, not both: omit one of them.`,
      "split.stratified",
    );
  return { ...sizes(split, images), ...(stratified && { stratified }) };
}

function sizes(split: Omit<Given, "stratified">, images: Images): SplitSizes {
  const { count } = images;
  if (images.validation !== undefined) {
    const given = { train: images.count, validation: images.validation.count };
    return {
      train: part(split, "train", given, images),
      validation: part(split, "validation", given, images),
    };
  }
  const validation =
    split.validation ?? Math.max(1, Math.min(Math.round(count / 5), count - (split.train ?? 0)));
  const train = split.train ?? Math.max(1, count - validation);
  if (train + validation > count) throw splitProblem(split, images);
  return { train, validation };
}

/** The number of images of a part that the dataset keeps apart. */
function part(split: Given, name: "train" | "validation", given: SplitSizes, images: Images): number {
  const size = split[name] ?? given[name];
  if (size <= given[name]) return size;
  throw configError(
    `\`split.${name}\` is ${integerText(size)}, but ${images.name} has ${countText(given[name], `${name === "train" ? "training" : "validation"} image`)}.`,
    `split.${name}`,
  );
}

/** Explains why a dataset is too small for a split. */
function splitProblem({ train, validation }: Given, { count, name }: Images) {
  const there = `but ${name} has ${countText(count, "image")}`;
  if (train !== undefined && validation !== undefined)
    return configError(
      `\`split.train\` and \`split.validation\` are ${countText(train + validation, "image")} together, ${there}.`,
      "split",
    );
  const [[part, size], other] =
    train === undefined ? [["validation", validation ?? 1], "training"] : [["train", train], "validation"];
  return configError(
    `\`split.${part}\` is ${integerText(size)}, ${there}, and ${other} needs at least 1 of them.`,
    `split.${part}`,
  );
}
