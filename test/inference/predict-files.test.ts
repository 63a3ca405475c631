import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import { splitDataset } from "../../src/data/split-dataset.js";
import { type FilePrediction, loadDataset, type PredictOptions, train } from "../../src/index.js";
import { readArray } from "../../src/inference/read-images.js";
import { idx } from "../data/idx-files.js";
import { bands, smallModel } from "../small-task.js";

const folder = mkdtempSync(join(tmpdir(), "optimbench-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (...names: string[]) => join(folder, ...names);

const digits = await loadDataset("mnist-10k");
const { model, config } = await train({
  dataset: digits,
  model: "mnist-99",
  split: { train: 4000, validation: 150 },
  epochs: 1,
  untimedSteps: false,
});
afterAll(() => model.dispose());
const held = splitDataset(digits, config.split, config.seed).validation;
const pixelsOf = (index: number) => digits.images.subarray(784 * index, 784 * (index + 1));

async function predictions(paths: string | readonly string[], options?: PredictOptions) {
  const all: FilePrediction[] = [];
  for await (const each of model.predictFiles(paths, options)) all.push(each);
  return all;
}
const writePng = (file: string, pixels: Uint8Array, height: number, width: number, channels: 1 | 3 = 1) =>
  sharp(pixels, { raw: { height, width, channels } })
    .toColourspace(channels === 1 ? "b-w" : "srgb")
    .toFile(file);
const npyFile = (type: string, shape: readonly number[], bytes: Uint8Array) => {
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`.padEnd(
    117,
  );
  const head = Buffer.from(`\x93NUMPY\x01\x00\x76\x00${header}\n`, "latin1");
  return Buffer.concat([head, bytes]);
};
const floatBytes = (values: Float32Array) => new Uint8Array(values.buffer, 0, values.byteLength);

/** A digit as a photograph: brown ink, enlarged, off-centre, on paper that becomes darker in one direction. */
async function photograph(index: number, file: string): Promise<void> {
  const [scale, slant] = [3 + (index % 3), (index % 7) - 3];
  const side = 28 * scale;
  const ink = await sharp(pixelsOf(index), { raw: { height: 28, width: 28, channels: 1 } })
    .resize(side, side, { kernel: "cubic" })
    .toColourspace("b-w")
    .raw()
    .toBuffer();
  const [height, width] = [side + 40 + (index % 60), side + 100];
  const [top, left] = [index % 40, (index * 13) % 100];
  const pixels = new Uint8Array(3 * height * width);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const isInside = y >= top && y < top + side && x >= left && x < left + side;
      const share = isInside ? ink[(y - top) * side + x - left]! / 255 : 0;
      const paper = 200 - (40 * y) / height + (slant * 15 * x) / width + ((7 * x + 3 * y) % 4);
      for (const [channel, colour] of [60, 40, 30].entries())
        pixels[3 * (y * width + x) + channel] = paper * (1 - share) + colour * share;
    }
  await writePng(file, pixels, height, width, 3);
}

describe("with MNIST's preprocessing", () => {
  it("digits photographed dark on light are recognised as well as the originals", async () => {
    mkdirSync(at("photographs"));
    for (const [i, index] of held.entries())
      await photograph(index, at("photographs", `${String(i).padStart(3, "0")}.png`));
    const found = await predictions(at("photographs"), { preprocess: "mnist" });
    const originals = await model.predict(
      Uint8Array.from([...held].flatMap((index) => [...pixelsOf(index)])),
    );
    const largest = (i: number) => {
      const row = [...originals.subarray(10 * i, 10 * i + 10)];
      return row.indexOf(Math.max(...row));
    };
    const right = (label: (i: number) => number) =>
      [...held].filter((index, i) => digits.labels[index] === label(i)).length;
    expect(found).toHaveLength(150);
    expect(right(largest)).toBeGreaterThan(130);
    expect(right((i) => found[i]!.classes[0]!.label)).toBeGreaterThanOrEqual(right(largest) - 3); // 2 points
  });

  it("MNIST's own digits stay as they are, whether light on dark or dark on light", async () => {
    const some = held.subarray(0, 40);
    const light = Uint8Array.from([...some].flatMap((index) => [...pixelsOf(index)]));
    writeFileSync(at("light-idx3-ubyte"), idx([40, 28, 28], [...light]));
    writeFileSync(at("dark-idx3-ubyte"), idx([40, 28, 28], [...light.map((value) => 255 - value)]));
    const plain = await predictions(at("light-idx3-ubyte"));
    for (const name of ["light-idx3-ubyte", "dark-idx3-ubyte"]) {
      const found = await predictions(at(name), { preprocess: "mnist" });
      const same = found.filter(({ classes }, i) => classes[0]!.label === plain[i]!.classes[0]!.label);
      expect(same.length).toBeGreaterThanOrEqual(39);
    }
  });

  it("a picture without a digit is refused", async () => {
    await writePng(at("empty.png"), new Uint8Array(3000).fill(200), 50, 60);
    const [found] = await predictions(at("empty.png"), { preprocess: "mnist" });
    expect(found!.error!.message).toBe(
      `No ink was found in ${at("empty.png")}: nothing in it differs enough from its border.`,
    );
  });
});

describe("files", () => {
  it("of each format are predicted like their pixels", async () => {
    const pixels = pixelsOf(held[0]!);
    const expected = await model.predict(pixels);
    await writePng(at("one.png"), pixels, 28, 28);
    writeFileSync(at("two-idx3-ubyte"), idx([1, 28, 28], [...pixels]));
    writeFileSync(at("one.npy"), npyFile("|u1", [28, 28], pixels));
    const floats = floatBytes(Float32Array.from(pixels, (value) => value / 255));
    writeFileSync(at("floats.npy"), npyFile("<f4", [1, 1, 28, 28], floats));
    const names = ["one.png", "two-idx3-ubyte", "one.npy", "floats.npy"];
    const found = await predictions(
      names.map((name) => at(name)),
      { top: 10 },
    );
    expect(found.map(({ file, image }) => [file, image])).toEqual([
      [at("one.png"), undefined],
      [at("two-idx3-ubyte"), 0],
      [at("one.npy"), undefined],
      [at("floats.npy"), 0],
    ]);
    for (const { classes } of found) {
      expect(classes.map(({ probability }) => probability)).toEqual([...expected].sort((a, b) => b - a));
      for (const { label, name, probability } of classes)
        expect([name, probability]).toEqual([String(label), expected[label]]);
    }
  });

  it("that cannot be read are reported in their place, and the others are predicted", async () => {
    mkdirSync(at("mixed", "inner"), { recursive: true });
    await writePng(at("mixed", "a.png"), pixelsOf(0), 28, 28);
    await writePng(at("mixed", "b.png"), new Uint8Array(900), 15, 60);
    writeFileSync(at("mixed", "c.jpg"), "no image");
    writeFileSync(at("mixed", "d.gif"), "GIF89a");
    writeFileSync(at("mixed", ".hidden.png"), "");
    writeFileSync(at("mixed", "notes.txt"), "");
    await writePng(at("mixed", "inner", "e.png"), new Uint8Array(3 * 784), 28, 28, 3);
    symlinkSync(at("mixed"), at("mixed", "inner", "loop"));
    writeFileSync(at("empty.jpg"), "");
    writeFileSync(at("labels-idx1-ubyte"), idx([3], [1, 2, 3]));
    const found = await predictions([at("mixed"), at("none.png"), at("empty.jpg"), at("labels-idx1-ubyte")]);
    expect(
      found.map(({ file, error }) => [file.slice(folder.length + 1), error?.message.replace(folder, "")]),
    ).toEqual([
      ["mixed/a.png", undefined],
      [
        "mixed/b.png",
        "/mixed/b.png has 15 x 60 x 1 pixels, but the model takes 28 x 28 x 1. Resize them with `resize` (--resize). If it is a picture of a digit, use `preprocess` (--preprocess mnist).",
      ],
      ["mixed/c.jpg", "Cannot read /mixed/c.jpg: its content is not PNG, JPEG or WebP."],
      ["mixed/d.gif", "Cannot read /mixed/d.gif: its content is not PNG, JPEG or WebP."],
      [
        "mixed/inner/e.png",
        "/mixed/inner/e.png has 28 x 28 x 3 pixels, but the model takes 28 x 28 x 1. Convert them with `greyscale` (--greyscale). If it is a picture of a digit, use `preprocess` (--preprocess mnist).",
      ],
      ["none.png", "Cannot read /none.png: no such file or folder."],
      ["empty.jpg", "Cannot read /empty.jpg: it is empty."],
      ["labels-idx1-ubyte", expect.stringContaining("expected images (3 or 4 dimensions)")],
    ]);
    expect(found.map(({ classes }) => classes.length)).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
  });

  it("are resized and converted on request", async () => {
    const found = await predictions([at("mixed", "b.png"), at("mixed", "inner", "e.png")], {
      resize: true,
      greyscale: true,
    });
    expect(found.map(({ error }) => error)).toEqual([undefined, undefined]);
  });

  it("come in order, however many there are", async () => {
    mkdirSync(at("many"));
    const names = Array.from({ length: 40 }, (_, i) => `${i + 10}.png`);
    for (const [i, name] of names.entries()) await writePng(at("many", name), pixelsOf(held[i]!), 28, 28);
    let images = 0;
    const found = await predictions(at("many"), {
      onImage: (done) => {
        images = done;
      },
    });
    expect([found.map(({ file }) => file), images]).toEqual([names.map((name) => at("many", name)), 40]);
    const expected = await model.predict(pixelsOf(held[39]!));
    expect(found[39]!.classes[0]!.probability).toBeCloseTo(Math.max(...expected), 5);
  });
});

describe("predicting files is refused", () => {
  it("if the arguments are invalid", async () => {
    for (const [paths, options] of [
      [[], {}],
      ["", {}],
      [7, {}],
      ["x", { top: 0 }],
      ["x", { preprocess: "mnist", resize: true }],
      ["x", { unknown: 1 }],
    ] as [string, PredictOptions][])
      await expect(predictions(paths, options)).rejects.toMatchObject({ code: "CONFIG" });
  });

  it("if the model does not take images like those of MNIST", async () => {
    const other = (await train({ dataset: await bands(), model: smallModel, epochs: 0 })).model;
    await expect(other.predictFiles("x", { preprocess: "mnist" }).next()).rejects.toThrow(
      "makes images of 28 x 28 x 1, but the model takes 12 x 12 x 1",
    );
    other.dispose();
    await expect(other.predictFiles("x").next()).rejects.toMatchObject({ code: "DISPOSED" });
  });

  it("once it is aborted", async () => {
    await expect(predictions(at("many"), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "ABORTED",
    });
  });

  it("while the digits of one file are prepared, before the next of them", async () => {
    const blank = at("blank.idx");
    writeFileSync(blank, idx([1, 28, 28], new Uint8Array(784)));
    const read = (signal?: AbortSignal) => readArray(blank, model.dataset, { preprocess: "mnist" }, signal);
    await expect(read()).rejects.toThrow("No ink was found in image 0");
    await expect(read(AbortSignal.abort())).rejects.toMatchObject({ code: "ABORTED" });
  });
});

it("refuses pixels for a model that was trained on other values", async () => {
  const dataset = await bands();
  const standardised = Float32Array.from(dataset.images, (pixel) => pixel / 100 - 1);
  const trained = await train({
    dataset: { ...dataset, images: standardised },
    model: smallModel,
    split: { train: 20, validation: 10 },
    epochs: 1,
  });
  const { height, width } = dataset;
  const [png, bytes, floats] = [at("pixels.png"), at("pixels.npy"), at("floats.npy")];
  const first = dataset.images.slice(0, height * width);
  await writePng(png, first, height, width);
  writeFileSync(bytes, npyFile("|u1", [height, width], first));
  writeFileSync(
    floats,
    npyFile("<f4", [height, width], new Uint8Array(standardised.slice(0, first.length).buffer)),
  );
  const all: FilePrediction[] = [];
  for await (const each of trained.model.predictFiles([png, bytes, floats])) all.push(each);
  trained.model.dispose();
  expect(
    all.map(({ error }) =>
      error?.message.includes("has pixels of 0 to 255, but the model was trained on values from"),
    ),
  ).toEqual([true, true, undefined]);
});
