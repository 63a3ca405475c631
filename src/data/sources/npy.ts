import { basename, dirname, extname, join } from "node:path";
import { dataError } from "../../errors.js";
import { classesOf, type Dataset } from "../dataset.js";
import { shapeText } from "../image-shape.js";
import { toBytes } from "../pixel-list.js";
import type { ReadOptions } from "../read-options.js";
import { mixedScalesText } from "../scaling.js";
import type { Watch } from "../watch.js";
import { readNpy, readNpz } from "./npy-archive.js";
import { imagesOf, labelsOf, type NamedArray } from "./npy-arrays.js";
import { PARTS, type Part, type Role, roleOf } from "./npy-roles.js";
import { placeAt } from "./place.js";
import type { Place, Source } from "./source.js";

const isNumpy = (name: string) => /\.np[yz]$/i.test(name);
const nameOf = (file: string) => basename(file, extname(file));

export const npy: Source = {
  what: "an .npz file, or .npy files of images and labels",
  hasLabelFile: true,
  recognises: (place) =>
    place.kind === "file"
      ? isNumpy(place.path)
      : place.files.some((name) => isNumpy(name) && roleOf(nameOf(name)) !== undefined),
  read: readNumpy,
};

type Arrays = Readonly<Record<Part, Partial<Record<Role["what"], NamedArray>>>>;

async function readNumpy(place: Place, { labelFile }: ReadOptions, watch: Watch): Promise<Dataset> {
  const arrays: Arrays = { train: {}, validation: {}, test: {} };
  if (labelFile !== undefined) {
    if (place.kind === "folder")
      throw dataError(`\`labelFile\` needs the file of the images, but ${place.path} is a folder.`);
    arrays.train.images = await onlyArray(place.path, watch);
    arrays.train.labels = await onlyArray(labelFile, watch);
  } else if (place.kind === "file" && /\.npz$/i.test(place.path)) {
    const { arrays: found, names } = await readNpz(place.path, (name) => roleOf(name) !== undefined, watch);
    for (const [name, array] of found) add(arrays, name, { where: `${name} of ${place.path}`, array });
    if (arrays.train.images === undefined && arrays.train.labels === undefined)
      throw dataError(
        `${place.path} has no arrays named like x_train and y_train, or train_images and train_labels. ` +
          `It has ${names.slice(0, 10).join(", ") || "none"}.`,
      );
  } else {
    const folder = place.kind === "folder" ? place : await placeAt(dirname(place.path));
    if (folder?.kind !== "folder") throw dataError(`Cannot read ${place.path}.`);
    if (place.kind === "file" && roleOf(nameOf(place.path)) === undefined)
      throw dataError(
        `The name of ${place.path} does not say what it contains, as x_train and y_train do. If it has the images, name the file of their labels with \`labelFile\` (--label-file).`,
      );
    for (const name of folder.files.filter(isNumpy))
      if (roleOf(nameOf(name)) !== undefined)
        add(arrays, nameOf(name), await onlyArray(join(folder.path, name), watch));
  }
  return assemble(place.path, arrays);
}

/** The array of an .npy file, or the only one of an .npz file. */
async function onlyArray(file: string, watch: Watch): Promise<NamedArray> {
  if (!/\.npz$/i.test(file)) return { where: file, array: await readNpy(file, watch) };
  const { arrays, names } = await readNpz(file, () => true, watch);
  const [first, ...others] = arrays;
  if (first === undefined || others.length > 0)
    throw dataError(`${file} has the arrays ${names.join(", ") || "none"}; expected one.`);
  return { where: `${first[0]} of ${file}`, array: first[1] };
}

function add(arrays: Arrays, name: string, array: NamedArray): void {
  const { part, what } = roleOf(name)!;
  const other = arrays[part][what];
  if (other !== undefined)
    throw dataError(
      `${other.where} and ${array.where} are both the ${what} of the ${part} part. Keep one of them.`,
    );
  arrays[part][what] = array;
}

/** The images of a part with their labels. */
type LabelledImages = Awaited<ReturnType<typeof imagesOf>> &
  ReturnType<typeof labelsOf> & { readonly where: string };

async function assemble(name: string, arrays: Arrays): Promise<Dataset> {
  const present = PARTS.filter((part) => part === "train" || Object.keys(arrays[part]).length > 0);
  const sets: LabelledImages[] = [];
  for (const part of present) {
    const { images, labels } = arrays[part];
    if (images === undefined || labels === undefined) {
      const [missing, there] = images === undefined ? ["images", labels] : ["labels", images];
      throw dataError(
        there === undefined
          ? `${name} has no training images: expected arrays named like x_train and y_train, or train_images and train_labels.`
          : `${there.where} has no ${missing} beside it: expected an array named like ${missing === "images" ? "x" : "y"}_${part} or ${part}_${missing}. Name another file with \`labelFile\`.`,
      );
    }
    const shaped = await imagesOf(images);
    sets.push({ ...shaped, ...labelsOf(labels, shaped.count, images.where), where: images.where });
  }
  const [train] = sets as [LabelledImages];
  for (const set of sets)
    if (shapeText(set) !== shapeText(train))
      throw dataError(
        `${set.where} has images of ${shapeText(set)}, but ${train.where} of ${shapeText(train)}.`,
      );
  const converted = await toBytes(sets.map(({ values }) => values));
  if ("index" in converted)
    throw dataError(
      `${sets[converted.set]!.where} has the value ${converted.value}, in image ${Math.floor(converted.index / (train.height * train.width * train.channels))}. Expected finite numbers.`,
    );
  if ("floats" in converted)
    throw dataError(mixedScalesText(sets[converted.floats]!.where, sets[converted.bytes]!.where));
  const setOf = (part: Part) => {
    const at = present.indexOf(part);
    return { count: sets[at]!.count, images: converted.bytes[at]!, labels: sets[at]!.labels };
  };
  const { height, width, channels } = train;
  return {
    name,
    height,
    width,
    channels,
    classes: Math.max(classesOf(...sets.map(({ labels }) => labels)), ...sets.map(({ columns }) => columns)),
    ...(converted.scaling && { scaling: converted.scaling }),
    ...setOf("train"),
    ...(present.includes("validation") && { validation: setOf("validation") }),
    ...(present.includes("test") && { test: setOf("test") }),
  };
}
