import { z } from "zod";
import { configError } from "../errors.js";
import { countText, integerText } from "../validation/count-text.js";
import { describe } from "../validation/describe.js";
import { MOST_OF_A_KIND, parse } from "../validation/parse.js";
import { within } from "../validation/path-text.js";
import { classesOf, type Dataset, type ImageSet, LARGEST_IMAGE } from "./dataset.js";
import type { DatasetInMemory } from "./dataset-config.generated.js";

export type { DatasetInMemory };

// `describe` copies a schema, and a copied `instanceof` schema loses the name of its class in messages.
const bytes = (description?: string): z.ZodType<Uint8Array, Uint8Array> =>
  z.instanceof(Uint8Array).register(z.globalRegistry, { tsType: "Uint8Array", description });
const floats: z.ZodType<Float32Array, Float32Array> = z
  .instanceof(Float32Array)
  .register(z.globalRegistry, { tsType: "Float32Array" });
const isClassId = (label: unknown) =>
  Number.isInteger(label) && (label as number) >= 0 && (label as number) <= 255;
/** Checked as a whole: as an array of numbers, zod would report each of a million invalid labels. */
const classIds: z.ZodType<readonly number[], readonly number[]> = z
  .array(z.unknown())
  .superRefine((labels, context) => {
    const wrong = labels.flatMap((label, index) => (isClassId(label) ? [] : [index]));
    for (const index of wrong.slice(0, MOST_OF_A_KIND))
      context.addIssue({
        code: "custom",
        path: [index],
        message: `Expected a whole number from 0 to 255 for \`{path}\`, got ${describe(labels[index])}.`,
      });
    const more = wrong.length - MOST_OF_A_KIND;
    if (more > 0) context.addIssue(`And ${countText(more, "more problem")} like this.`);
  })
  .meta({ tsType: "readonly number[]" }) as never;
const size = (most: number) => z.int().min(1).max(most);

const imageSet = {
  images: bytes(
    "pixels, 0 to 255, row by row: count x height x width x channels. They are not copied: do not change them while in use.",
  ),
  labels: z.union([bytes(), classIds]).describe("one class id per image, from 0"),
  targets: floats
    .optional()
    .describe(
      "soft targets, count x classes; each row at least 0 and summing to 1. Default: one-hot labels.",
    ),
  count: z.int().optional().describe("images; checked against the labels; by default as many as labels"),
};

export const inMemorySchema = z
  .strictObject({
    ...imageSet,
    name: z.string().min(1).default("in-memory").describe("its name in results"),
    height: size(LARGEST_IMAGE.side)
      .optional()
      .describe("pixels per column; by default it follows from the number of pixels, or images are square"),
    width: size(LARGEST_IMAGE.side)
      .optional()
      .describe("pixels per row; by default it follows from the number of pixels, or images are square"),
    channels: size(LARGEST_IMAGE.channels).default(1).describe("values per pixel"),
    classes: z
      .int()
      .min(2)
      .max(256)
      .optional()
      .describe("classes; by default the columns of `targets`, else the largest label + 1, at least 2"),
    test: z
      .strictObject(imageSet)
      .readonly()
      .optional()
      .describe("images of the same shape kept apart for testing; by default none"),
  })
  .describe("a dataset given as arrays");

/**
 * Checks arrays of images and labels and creates a dataset from them.
 *
 * @param where its path in the whole config, for messages
 * @throws OptimbenchError (CONFIG) that names the values that do not match
 */
export function inMemoryDataset(input: DatasetInMemory, where = ""): Dataset {
  const given = parsed(input, where);
  const labels = labelBytes(given.labels);
  if (labels.length === 0)
    throw configError("The dataset has no labels. Give one for each image.", within(where, "labels"));
  const test = given.test && { ...given.test, labels: labelBytes(given.test.labels) };
  const expected = {
    ...sides(given, labels.length, where),
    channels: given.channels,
    classes: given.classes ?? countClasses({ ...given, labels }, test?.labels, where),
  };
  return {
    name: given.name,
    ...expected,
    ...checkedSet({ ...given, labels }, expected, where),
    ...(test && { test: checkedSet(test, expected, within(where, "test")) }),
  };
}

const parsed = (input: DatasetInMemory, where: string) =>
  where === ""
    ? parse(inMemorySchema, input, "dataset")
    : parse(z.object({ [where]: inMemorySchema }), { [where]: input }, "config")[where]!;

type Expected = Pick<Dataset, "height" | "width" | "channels" | "classes">;
type GivenSet = Pick<ImageSet, "images" | "labels"> & {
  readonly targets?: Float32Array | undefined;
  readonly count?: number | undefined;
};

/** @param where its path in the whole config, for messages */
function checkedSet({ images, labels, targets, count }: GivenSet, expected: Expected, where: string) {
  const { height, width, channels, classes } = expected;
  const values = labels.length * height * width * channels;
  if (images.length !== values)
    throw configError(
      `\`${within(where, "images")}\` holds ${integerText(images.length)} values, but ${integerText(labels.length)} labels and images of ` +
        `${height} x ${width} x ${channels} need ${integerText(values)}.`,
      within(where, "images"),
    );
  if (count !== undefined && count !== labels.length)
    throw configError(
      `\`${within(where, "count")}\` is ${integerText(count)}, but there are ${integerText(labels.length)} labels.`,
      within(where, "count"),
    );
  checkLabels(labels, classes, where);
  if (targets !== undefined) checkTargets(targets, labels.length, classes, where);
  return { images, labels, count: labels.length, ...(targets && { targets }) };
}

const labelBytes = (labels: Uint8Array | readonly number[]) =>
  labels instanceof Uint8Array ? labels : Uint8Array.from(labels);

type Sides = { readonly height?: number | undefined; readonly width?: number | undefined };

/** Height and width. One or both may follow from the number of pixels. */
function sides(given: Sides & { images: Uint8Array; channels: number }, count: number, where: string) {
  const { images, channels } = given;
  const pixels = images.length / count / channels;
  const height = given.height ?? (given.width === undefined ? Math.sqrt(pixels) : pixels / given.width);
  const width = given.width ?? pixels / height;
  const fits = (side: number) => Number.isInteger(side) && side >= 1 && side <= LARGEST_IMAGE.side;
  if (fits(height) && fits(width)) return { height, width };
  throw configError(
    `\`${within(where, "images")}\` holds ${integerText(images.length)} values for ${countText(count, "label")} with ${countText(channels, "channel")}: no whole ` +
      `height and width, 1 to ${LARGEST_IMAGE.side}, follow from that. Give \`${within(where, "height")}\` and \`${within(where, "width")}\`.`,
    within(where, "images"),
  );
}

function countClasses(
  { labels, targets }: { readonly labels: Uint8Array; readonly targets?: Float32Array | undefined },
  testLabels: Uint8Array = new Uint8Array(),
  where: string,
): number {
  if (targets === undefined) return classesOf(labels, testLabels);
  const columns = targets.length / labels.length;
  if (Number.isInteger(columns) && columns >= 2 && columns <= 256) return columns;
  throw configError(
    `\`${within(where, "targets")}\` holds ${integerText(targets.length)} values for ${integerText(labels.length)} labels: no whole number of classes, 2 to 256.`,
    within(where, "targets"),
  );
}

function checkLabels(labels: Uint8Array, classes: number, where: string): void {
  const index = labels.findIndex((label) => label >= classes);
  if (index < 0) return;
  throw configError(
    `\`${within(where, "labels")}[${index}]\` is ${labels[index]}, but with ${classes} classes, labels must be from 0 to ${classes - 1}.`,
    `${within(where, "labels")}[${index}]`,
  );
}

function checkTargets(targets: Float32Array, count: number, classes: number, where: string): void {
  if (targets.length !== count * classes)
    throw configError(
      `\`${within(where, "targets")}\` holds ${integerText(targets.length)} values, but ${integerText(count)} images and ${classes} classes ` +
        `need ${integerText(count * classes)}.`,
      within(where, "targets"),
    );
  for (let row = 0; row < count; row++) {
    const values = targets.subarray(row * classes, (row + 1) * classes);
    const sum = values.reduce((total, value) => total + value, 0);
    if (values.every((value) => value >= 0) && Math.abs(sum - 1) <= 1e-4) continue;
    throw configError(
      `\`${within(where, "targets")}\` of image ${row} are [${values.subarray(0, 10).join(", ")}${classes > 10 ? ", ..." : ""}] ` +
        `with the sum ${sum}. Expected non-negative numbers that sum to 1.`,
      within(where, "targets"),
    );
  }
}
