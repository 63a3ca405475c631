import { extname, join } from "node:path";
import { dataError } from "../../errors.js";
import { countText } from "../../validation/count-text.js";
import { MOST_CLASSES } from "../dataset.js";
import { placeAt } from "./place.js";
import type { Place } from "./source.js";

type Folder = Extract<Place, { kind: "folder" }>;

/** The file of an image, and its class. */
export interface ImageFile {
  readonly path: string;
  readonly label: number;
}

/** The images of a folder that has a folder per class. */
export interface ImageFiles {
  readonly classNames: readonly string[];
  readonly train: readonly ImageFile[];
  readonly validation?: readonly ImageFile[];
  readonly test?: readonly ImageFile[];
}

/** The folders' names of each part. */
const PARTS = {
  train: ["train", "training"],
  validation: ["validation", "val", "valid"],
  test: ["test", "testing"],
} as const;
type Part = keyof typeof PARTS;

const IMAGE = /^\.(png|jpe?g|webp)$/i;
/** Images that are not read, which must not be passed over in silence. */
const OTHER_IMAGE = /^\.(avif|bmp|gif|heic|heif|jp2|jxl|svg|tiff?|ppm|pgm)$/i;

const isHidden = (name: string) => name.startsWith(".") || name === "__MACOSX";
export const isImage = (name: string): boolean => !isHidden(name) && IMAGE.test(extname(name));
export const isOtherImage = (name: string): boolean => !isHidden(name) && OTHER_IMAGE.test(extname(name));
export const visible = (names: readonly string[]) => names.filter((name) => !isHidden(name));

/** The part that a folder's name stands for. */
export const partOf = (name: string): Part | undefined =>
  (Object.keys(PARTS) as Part[]).find((part) =>
    (PARTS[part] as readonly string[]).includes(name.toLowerCase()),
  );

/**
 * Lists the images of a folder with a folder per class, or with the folders train, validation and test, each with a folder per
 * class. The classes are the folders' names in the order of their characters, so class ids do not depend on the file system.
 * Hidden files, and files that are not images, are ignored.
 *
 * @throws OptimbenchError (DATA) that names the folder that has no images, or has what does not belong there
 */
export async function imageFiles(folder: Folder): Promise<ImageFiles> {
  const folders = visible(folder.folders);
  const parts = new Map<Part, string>();
  for (const name of folders) {
    const part = partOf(name);
    if (part === undefined) continue;
    const other = parts.get(part);
    if (other !== undefined && folders.some((each) => partOf(each) === "train"))
      throw dataError(`The folder ${folder.path} has both ${other} and ${name}. Keep one of them.`);
    parts.set(part, name);
  }
  const train = parts.get("train");
  if (train === undefined) return { ...(await filesOf(folder)) };
  const stray = folders.filter((name) => partOf(name) === undefined);
  if (stray.length > 0)
    throw dataError(
      `The folder ${folder.path} has the folder ${train} and also ${list(stray)}. ` +
        `Move the folders of classes into ${train}, or rename ${train}.`,
    );
  const open = async (name: string) => (await placeAt(join(folder.path, name))) as Folder;
  const trained = await filesOf(await open(train));
  const heldOut = async (part: "validation" | "test") => {
    const name = parts.get(part);
    return name === undefined ? {} : { [part]: (await filesOf(await open(name), trained.classNames)).train };
  };
  return { ...trained, ...(await heldOut("validation")), ...(await heldOut("test")) };
}

/** @param known the classes that there are; by default, the folders */
async function filesOf(
  folder: Folder,
  known?: readonly string[],
): Promise<{ readonly classNames: readonly string[]; readonly train: readonly ImageFile[] }> {
  const loose = folder.files.filter(isImage);
  if (loose.length > 0)
    throw dataError(
      `The folder ${folder.path} has images that are in no folder of a class: ${list(loose)}. ` +
        "Move the images of each class into a folder with the name of the class.",
    );
  const names = visible(folder.folders);
  const classNames = known ?? names;
  checkClasses(folder.path, names, classNames);
  const train: ImageFile[] = [];
  for (const name of names) {
    const path = join(folder.path, name);
    const label = classNames.indexOf(name);
    for (const file of await imagesIn(path)) train.push({ path: join(path, file), label });
  }
  return { classNames, train };
}

function checkClasses(path: string, names: readonly string[], known: readonly string[]): void {
  if (known.length < 2)
    throw dataError(
      `The folder ${path} has ${countText(known.length, "folder")}${known.length === 1 ? ` (${known[0]})` : ""}, but each class has a folder of its own and there are at least 2 classes.`,
    );
  if (known.length > MOST_CLASSES)
    throw dataError(
      `The folder ${path} has ${known.length} folders; at most ${MOST_CLASSES} classes are supported.`,
    );
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw dataError(
      `The folder ${path} has ${list(unknown)}, but the training images have no such class. Their classes are ${list(known)}.`,
    );
  if (names.length === 0) throw dataError(`The folder ${path} has no folders of classes.`);
}

/** The names of a class's images. */
async function imagesIn(path: string): Promise<readonly string[]> {
  const { files, folders, brokenLinks } = (await placeAt(path)) as Folder;
  const inner = visible(folders);
  if (inner.length > 0)
    throw dataError(
      `The folder ${path} is a class, but has the ${inner.length === 1 ? "folder" : "folders"} ${list(inner)}. Move their images into ${path}, or remove them.`,
    );
  const foreign = files.filter(isOtherImage);
  if (foreign.length > 0)
    throw dataError(
      `The folder ${path} has images that are not PNG, JPEG or WebP: ${list(foreign)}. Convert them or remove them.`,
    );
  const broken = brokenLinks.filter(isImage);
  if (broken.length > 0)
    throw dataError(
      `The folder ${path} has links to images that are not there: ${list(broken)}. Restore the images, or remove the links.`,
    );
  const images = files.filter(isImage);
  if (images.length === 0)
    throw dataError(`The folder ${path} is a class, but has no PNG, JPEG or WebP images.`);
  return images;
}

/** "a, b, c and 4 more" */
const list = (names: readonly string[]) =>
  names.length <= 4
    ? names.join(", ").replace(/, ([^,]*)$/, " and $1")
    : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;
