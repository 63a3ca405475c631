import { z } from "zod";
import { configError } from "../errors.js";
import { countText, integerText } from "../validation/count-text.js";
import { parse } from "../validation/parse.js";
import { within } from "../validation/path-text.js";
import {
  classesOf,
  type Dataset,
  type ImageSet,
  LARGEST_IMAGE,
  type Labels,
  MOST_CLASSES,
  type Scaling,
} from "./dataset.js";
import type { DatasetInMemory } from "./dataset-config.generated.js";
import { inMemorySchema } from "./in-memory-schema.js";
import { narrowLabels } from "./labels.js";
import { type Floats, findScaling, mixedScalesText, scaledBytes } from "./scaling.js";

export type { DatasetInMemory };

/** The parts of a dataset given as arrays. */
const PARTS = ["train", "validation", "test"] as const;

/**
 * Checks arrays of images and labels and creates a dataset from them.
 *
 * @param where its path in the whole config, for messages
 * @throws OptimbenchError (CONFIG) by rejection, naming the values that do not match
 */
export async function inMemoryDataset(input: DatasetInMemory, where = ""): Promise<Dataset> {
  const { images, labels, targets, count, validation, test, name, scaling, groups, ...given } = parsed(
    input,
    where,
  );
  if (labels.length === 0)
    throw configError("The dataset has no labels. Give one for each image.", within(where, "labels"));
  const sets = { train: { images, labels, targets, count }, validation, test };
  const bytes = await asBytes(sets, scaling, where);
  const { train } = bytes.sets;
  const expected = {
    ...sides({ ...given, images }, labels.length, where),
    channels: given.channels,
    classes: countClasses(given, bytes.sets, where),
  };
  checkClassNames(given.classNames, expected.classes, where);
  return {
    name,
    ...expected,
    ...(given.classNames && { classNames: given.classNames }),
    ...(bytes.scaling && { scaling: bytes.scaling }),
    ...checkedSet(train, expected, where),
    ...(groups && { groups: groupNumbers(groups, labels.length, where) }),
    ...heldOut("validation"),
    ...heldOut("test"),
  };

  function heldOut(part: "validation" | "test") {
    const set = bytes.sets[part];
    return set && { [part]: checkedSet(set, expected, within(where, part)) };
  }
}

const parsed = (input: DatasetInMemory, where: string) =>
  where === ""
    ? parse(inMemorySchema, input, "dataset")
    : parse(z.object({ [where]: inMemorySchema }), { [where]: input }, "config")[where]!;

type Parsed = z.output<typeof inMemorySchema>;
type ParsedSet = Pick<Parsed, "images" | "labels" | "targets" | "count">;
type Sets<Set> = { readonly train: Set } & Partial<Readonly<Record<"validation" | "test", Set | undefined>>>;

/** Converts labels, and images of floats, to bytes. Images are floats in all sets of a dataset or in none. */
async function asBytes(
  sets: Sets<ParsedSet>,
  given: Scaling | undefined,
  where: string,
): Promise<{ readonly sets: Sets<GivenSet>; readonly scaling?: Scaling | undefined }> {
  const present = PARTS.flatMap((part) => {
    const set = sets[part];
    return set === undefined ? [] : [{ part, set, path: part === "train" ? where : within(where, part) }];
  });
  const floats = present.filter(({ set }) => isFloats(set.images));
  const other = present.find(({ set }) => isFloats(set.images) !== floats.length > 0);
  if (other !== undefined)
    throw configError(
      `\`${within(other.path, "images")}\` are bytes, but \`${within(floats[0]!.path, "images")}\` are floats. ` +
        "Give all images as floats or all as bytes, so that they are scaled alike.",
      within(other.path, "images"),
    );
  const scaling =
    floats.length === 0 ? given : await findScaling(floats.map(({ set }) => set.images as Floats));
  if (scaling !== undefined && "index" in scaling) {
    const path = `${within(floats[scaling.set]!.path, "images")}[${scaling.index}]`;
    throw configError(`Expected a finite number for \`${path}\`, got ${scaling.value}.`, path);
  }
  if (scaling !== undefined && "floats" in scaling) {
    const [path, other] = [scaling.floats, scaling.bytes].map((at) => within(floats[at]!.path, "images"));
    throw configError(mixedScalesText(`\`${path}\``, `\`${other}\``), path);
  }
  const converted: Partial<Record<(typeof PARTS)[number], GivenSet>> = {};
  for (const { part, set } of present)
    converted[part] = {
      ...set,
      images: isFloats(set.images) ? await scaledBytes(set.images, scaling!) : asUint8(set.images),
      labels: narrowLabels(set.labels),
    };
  return { sets: converted as Sets<GivenSet>, scaling };
}

const isFloats = (images: ParsedSet["images"]): images is Floats =>
  images instanceof Float32Array || images instanceof Float64Array;

const asUint8 = (images: Uint8Array | Uint8ClampedArray): Uint8Array =>
  images instanceof Uint8Array ? images : new Uint8Array(images.buffer, images.byteOffset, images.length);

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

type Sides = { readonly height?: number | undefined; readonly width?: number | undefined };

/** Height and width. One or both may follow from the number of pixels. */
function sides(given: Sides & { images: ArrayLike<number>; channels: number }, count: number, where: string) {
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
  given: Pick<Parsed, "classes" | "classNames">,
  { train, validation, test }: Sets<GivenSet>,
  where: string,
): number {
  const { targets, labels } = train;
  if (given.classes !== undefined) return given.classes;
  if (given.classNames !== undefined) return given.classNames.length;
  if (targets === undefined)
    return classesOf(labels, ...[validation, test].flatMap((set) => (set ? [set.labels] : [])));
  const columns = targets.length / labels.length;
  if (Number.isInteger(columns) && columns >= 2 && columns <= MOST_CLASSES) return columns;
  throw configError(
    `\`${within(where, "targets")}\` holds ${integerText(targets.length)} values for ${integerText(labels.length)} labels: no whole number of classes, 2 to ${MOST_CLASSES}.`,
    within(where, "targets"),
  );
}

function groupNumbers(groups: NonNullable<Parsed["groups"]>, count: number, where: string): Uint32Array {
  if (groups.length === count)
    return groups instanceof Uint32Array ? groups : Uint32Array.from(groups as readonly number[], Number);
  throw configError(
    `\`${within(where, "groups")}\` holds ${integerText(groups.length)} values, but there are ${countText(count, "label")}.`,
    within(where, "groups"),
  );
}

function checkClassNames(names: readonly string[] | undefined, classes: number, where: string): void {
  if (names === undefined) return;
  const path = within(where, "classNames");
  if (names.length !== classes)
    throw configError(`\`${path}\` has ${names.length} names, but there are ${classes} classes.`, path);
  const again = names.findIndex((name, index) => names.indexOf(name) < index);
  if (again >= 0)
    throw configError(
      `\`${path}[${again}]\` is "${names[again]}", like \`${path}[${names.indexOf(names[again]!)}]\`. Give each class a name that no other has.`,
      `${path}[${again}]`,
    );
}

function checkLabels(labels: Labels, classes: number, where: string): void {
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
