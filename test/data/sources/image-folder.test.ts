import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import { encode } from "fast-png";
import { afterEach, describe, expect, it, vi } from "vitest";
import { loadDataset } from "../../../src/data/load-dataset.js";
import { temporaryFolder } from "../idx-files.js";

/** The output of test/golden/images.py: what Pillow reads from each image. */
interface Golden {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly pixels: readonly number[];
  readonly grey: readonly number[];
}
const golden = new URL("../../golden/images/", import.meta.url);
const { images } = JSON.parse(readFileSync(new URL("../images.json", golden), "utf8")) as {
  readonly images: Readonly<Record<string, Golden>>;
};

/** A PNG of one colour. */
const png = (height: number, width: number, ...pixel: readonly number[]) =>
  encode({
    height,
    width,
    channels: pixel.length as 1 | 3,
    data: Uint8Array.from({ length: height * width * pixel.length }, (_, i) => pixel[i % pixel.length]!),
  });

function folderOf(files: Readonly<Record<string, Uint8Array | string>>): string {
  const folder = temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

const [LIGHT, DARK] = [png(2, 3, 200), png(2, 3, 50)];
const PETS = { "dog/2.png": LIGHT, "cat/1.png": DARK, "cat/0.png": LIGHT };

describe("a folder of images", () => {
  it("has a class per folder, in the order of the names", async () => {
    const folder = folderOf(PETS);
    expect(await loadDataset(folder)).toEqual({
      name: folder,
      count: 3,
      height: 2,
      width: 3,
      channels: 1,
      classes: 2,
      classNames: ["cat", "dog"],
      images: Uint8Array.from({ length: 18 }, (_, i) => [200, 50, 200][Math.floor(i / 6)]!),
      labels: Uint8Array.of(0, 0, 1),
    });
  });

  it.each([
    ["train", "validation", "test"],
    ["Training", "val", "testing"],
  ])("may keep its parts in %s, %s and %s", async (train, validation, test) => {
    const folder = folderOf({
      [`${train}/cat/0.png`]: LIGHT,
      [`${train}/dog/0.png`]: DARK,
      [`${train}/yak/0.png`]: DARK,
      [`${validation}/dog/0.png`]: LIGHT,
      [`${test}/cat/0.png`]: DARK,
      [`${test}/yak/0.png`]: LIGHT,
    });
    expect(await loadDataset(folder)).toMatchObject({
      count: 3,
      classNames: ["cat", "dog", "yak"],
      validation: { count: 1, labels: Uint8Array.of(1), images: new Uint8Array(6).fill(200) },
      test: { count: 2, labels: Uint8Array.of(0, 2) },
    });
  });

  it("ignores hidden files and files that are not images, and follows links", async () => {
    const folder = folderOf({
      ...PETS,
      "cat/.DS_Store": "?",
      "cat/._1.png": "?",
      "cat/Thumbs.db": "?",
      "cat/notes.txt": "?",
      ".git/config": "?",
      "__MACOSX/cat/1.png": "?",
      "license.txt": "?",
    });
    symlinkSync(join(folder, "cat"), join(folder, "lion"));
    symlinkSync(join(folder, "nowhere"), join(folder, "cat", "gone.txt"));
    expect(await loadDataset(folder)).toMatchObject({ count: 5, classNames: ["cat", "dog", "lion"] });
  });

  it.each(Object.entries(images))("is read as Pillow reads it: %s", async (name, expected) => {
    const folder = temporaryFolder();
    for (const label of ["a", "b"]) {
      mkdirSync(join(folder, label));
      copyFileSync(new URL(name, golden), join(folder, label, name));
    }
    const { height, width, channels } = expected;
    // Decoders of JPEG round differently, and libvips reduces 16 bits by way of linear light.
    const tolerance = /jpe?g$/.test(name) ? 3 : name === "grey16.png" ? 1 : 0;
    const isClose = (got: Uint8Array, wanted: readonly number[]) => {
      expect(got.length).toBe(2 * wanted.length);
      got.forEach((value, i) => {
        expect(Math.abs(value - wanted[i % wanted.length]!)).toBeLessThanOrEqual(tolerance);
      });
    };
    const dataset = await loadDataset(folder);
    expect(dataset).toMatchObject({ height, width, channels });
    isClose(dataset.images, expected.pixels);
    const grey = await loadDataset(folder, { greyscale: true });
    expect(grey).toMatchObject({ height, width, channels: 1 });
    isClose(grey.images, expected.grey);
  });

  it("covers the formats", () => {
    expect(readdirSync(golden).length).toBe(Object.keys(images).length);
    expect(new Set(Object.keys(images).map((name) => name.split(".")[1]))).toEqual(
      new Set(["png", "jpg", "jpeg", "webp"]),
    );
  });

  it("has three channels if one image has", async () => {
    const folder = folderOf({ "a/0.png": LIGHT, "b/0.png": png(2, 3, 1, 2, 3) });
    const { channels, images } = await loadDataset(folder);
    expect(channels).toBe(3);
    expect(images).toEqual(Uint8Array.from({ length: 36 }, (_, i) => (i < 18 ? 200 : 1 + (i % 3))));
  });

  it("is resized on request, whatever the sizes", async () => {
    const folder = folderOf({ "a/0.png": LIGHT, "b/0.png": png(9, 5, 30), "b/1.png": png(4, 4, 1, 2, 3) });
    expect(await loadDataset(folder, { resize: 4, greyscale: true })).toMatchObject({
      height: 4,
      width: 4,
      channels: 1,
      images: Uint8Array.from({ length: 48 }, (_, i) => [200, 30, 2][Math.floor(i / 16)]!),
    });
    expect(await loadDataset(folder, { resize: { height: 2, width: 5 } })).toMatchObject({
      height: 2,
      width: 5,
      channels: 3,
    });
  });

  it.each<[string, Readonly<Record<string, Uint8Array | string>>, string]>([
    [
      "images of several sizes",
      { ...PETS, "dog/wide.png": png(2, 4, 0), "dog/tall.png": png(9, 3, 0) },
      "The images of FOLDER differ in size, as height x width: 2 x 3 (3 files, such as FOLDER/cat/0.png); " +
        "9 x 3 (1 file, such as FOLDER/dog/tall.png); 2 x 4 (1 file, such as FOLDER/dog/wide.png). " +
        "Resize them with `resize` (--resize 2), or remove those that do not belong.",
    ],
    [
      "images without folders",
      { "cat-1.png": LIGHT, "dog-1.png": DARK },
      "The folder FOLDER has images that are in no folder of a class: cat-1.png and dog-1.png. " +
        "Move the images of each class into a folder with the name of the class.",
    ],
    [
      "one class only",
      { "cat/1.png": LIGHT },
      "The folder FOLDER has 1 folder (cat), but each class has a folder of its own and there are at least 2 classes.",
    ],
    [
      "a class without images",
      { ...PETS, "emu/notes.txt": "none yet" },
      "The folder FOLDER/emu is a class, but has no PNG, JPEG or WebP images.",
    ],
    [
      "folders within a class",
      { ...PETS, "cat/small/1.png": LIGHT },
      "The folder FOLDER/cat is a class, but has the folder small. Move their images into FOLDER/cat, or remove them.",
    ],
    [
      "images of other formats",
      { ...PETS, "cat/a.bmp": "BM", "cat/b.gif": "GIF89a" },
      "The folder FOLDER/cat has images that are not PNG, JPEG or WebP: a.bmp and b.gif. Convert them or remove them.",
    ],
    ["a damaged image", { ...PETS, "cat/2.png": LIGHT.subarray(0, 50) }, "Cannot read FOLDER/cat/2.png: "],
    ["an empty file", { ...PETS, "cat/2.png": "" }, "Cannot read FOLDER/cat/2.png: it is empty."],
    [
      "a file that is not what its name says",
      { ...PETS, "cat/2.png": "<svg xmlns='http://www.w3.org/2000/svg' width='3' height='2'/>" },
      "Cannot read FOLDER/cat/2.png: its content is not PNG, JPEG or WebP.",
    ],
    [
      "a test class that was not trained",
      { "train/cat/0.png": LIGHT, "train/dog/0.png": LIGHT, "test/cta/0.png": LIGHT },
      "The folder FOLDER/test has cta, but the training images have no such class. Their classes are cat and dog.",
    ],
    [
      "classes beside the parts",
      { "train/cat/0.png": LIGHT, "train/dog/0.png": LIGHT, "owl/0.png": LIGHT },
      "The folder FOLDER has the folder train and also owl. Move the folders of classes into train, or rename train.",
    ],
    [
      "a part that occurs twice",
      {
        "train/cat/0.png": LIGHT,
        "train/dog/0.png": LIGHT,
        "val/cat/0.png": LIGHT,
        "validation/cat/0.png": LIGHT,
      },
      "The folder FOLDER has both val and validation. Keep one of them.",
    ],
    [
      "images that are too large",
      { "a/0.png": png(65_537, 1, 0), "b/0.png": png(65_537, 1, 0) },
      "The images of FOLDER are 65537 x 1 pixels; at most 65536 per side are supported. Resize them with `resize` (--resize 64).",
    ],
  ])("rejects %s", async (_, files, message) => {
    const folder = folderOf(files);
    await expect(loadDataset(folder)).rejects.toMatchObject({
      code: "DATA",
      message: expect.stringContaining(message.replaceAll("FOLDER", folder)),
    });
  });
});

it("refuses an image of more than 100 million pixels before it decodes it", async () => {
  const bomb = Buffer.from(DARK);
  bomb.writeUInt32BE(20_000, 16); // the width, in the header
  bomb.writeUInt32BE(20_000, 20);
  bomb.writeUInt32BE(crc32(bomb.subarray(12, 29)), 29);
  const folder = folderOf({ "a/0.png": bomb, "b/0.png": LIGHT });
  await expect(loadDataset(folder, { resize: 4 })).rejects.toMatchObject({
    code: "DATA",
    message: `Cannot read ${join(folder, "a/0.png")}: it has more than 100,000,000 pixels. Make it smaller.`,
  });
});

describe("without sharp", () => {
  afterEach(() => {
    vi.doUnmock("../../../src/system/package-root.js");
    vi.resetModules();
  });

  it("says how to install it", async () => {
    vi.resetModules();
    vi.doMock("../../../src/system/package-root.js", async (load) => ({
      ...(await load<object>()),
      requireFromPackage: (name: string) => {
        throw new Error(`Cannot find module '${name}'\nRequire stack:\n- a.js`);
      },
    }));
    const { loadDataset } = await import("../../../src/data/load-dataset.js");
    await expect(loadDataset(folderOf(PETS))).rejects.toThrow(
      "Decoding and resizing images needs the package \"sharp\", which cannot be loaded (Cannot find module 'sharp'). " +
        'Install it with "npm install sharp".',
    );
  });
});
