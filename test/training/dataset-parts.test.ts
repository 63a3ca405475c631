import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { train } from "../../src/index.js";
import { temporaryFolder } from "../data/idx-files.js";
import { bands, smallModel } from "../small-task.js";

const { images, labels } = await bands();
const [SIDE, PIXELS] = [12, 144];
const part = (first: number, end: number) => ({
  images: images.slice(first * PIXELS, end * PIXELS),
  labels: labels.slice(first, end),
});
const task = { model: smallModel, batchSize: 16, epochs: 1, device: "cpu" } as const;
const shape = { height: SIDE, width: SIDE };

/** The share of images whose most probable class is their label. */
function accuracy(probabilities: Float32Array, labels: Uint8Array | Uint16Array): number {
  const isRight = (label: number, i: number) => {
    const row = probabilities.subarray(3 * i, 3 * i + 3);
    return row.indexOf(Math.max(...row)) === label;
  };
  return [...labels].filter(isRight).length / labels.length;
}

describe("a dataset with a validation set", () => {
  const [validation, test] = [part(90, 110), part(110, 120)];
  const dataset = { ...part(0, 90), ...shape, validation, test };

  it("is trained with all its images, and validated and tested with those that it keeps apart", async () => {
    const run = await train({ ...task, dataset });
    expect(run.config.split).toEqual({ train: 90, validation: 20 });
    expect(run.dataset).toMatchObject({ count: 90, validationCount: 20, testCount: 10, classes: 3 });
    const { validation: measured } = run.history.at(-1)!;
    expect(measured.accuracy).toBeCloseTo(
      accuracy(await run.model.predict(validation.images), validation.labels),
      12,
    );
    expect(run.test!.accuracy).toBeCloseTo(accuracy(await run.model.predict(test.images), test.labels), 12);
    // The result repeats the run.
    const again = await train({ ...run.config, dataset });
    expect(again.parametersSha256).toEqual(run.parametersSha256);
  });

  it("may be used in part, and not beyond", async () => {
    const run = await train({ ...task, dataset, split: { train: 32, validation: 5 } });
    expect(run.config.split).toEqual({ train: 32, validation: 5 });
    await expect(train({ ...task, dataset, split: { train: 91 } })).rejects.toThrow(
      "`split.train` is 91, but in-memory has 90 training images.",
    );
    await expect(train({ ...task, dataset, split: { validation: 21 } })).rejects.toThrow(
      "`split.validation` is 21, but in-memory has 20 validation images.",
    );
  });
});

describe("a split", () => {
  const dataset = { images, labels, ...shape };

  it("keeps groups together, and the record says how many validation images that leaves", async () => {
    const groups = Uint8Array.from(labels, (_, i) => Math.floor(i / 10));
    const run = await train({
      ...task,
      dataset: { ...dataset, groups },
      split: { train: 90, validation: 25 },
    });
    expect(run.record).toMatchObject({
      config: { split: { train: 90, validation: 25 } },
      dataset: { groupCount: 12 },
      validationImages: 20,
    });
    await expect(
      train({ ...task, dataset: { ...dataset, groups }, split: { stratified: true } }),
    ).rejects.toThrow(
      "`split.stratified` is true, but the images of in-memory are grouped. A split can keep groups together or classes in proportion, not both: omit one of them.",
    );
  });

  it("is stratified on request, which the result repeats", async () => {
    const run = await train({ ...task, dataset, split: { stratified: true } });
    expect(run.config.split).toEqual({ train: 96, validation: 24, stratified: true });
    expect(run.record).not.toHaveProperty("validationImages");
    const again = await train({ ...run.config, dataset });
    expect(again.parametersSha256).toEqual(run.parametersSha256);
    expect((await train({ ...task, dataset })).parametersSha256.final).not.toBe(run.parametersSha256.final);
  });
});

it("a model of floats predicts floats, and its file says what it was trained on", async () => {
  const floats = Float32Array.from(images, (value) => value / 255);
  const given = { images: floats, labels, ...shape, classNames: ["top", "middle", "bottom"] };
  const run = await train({ ...task, dataset: given });
  expect(run.dataset).toEqual({
    name: "in-memory",
    count: 120,
    height: SIDE,
    width: SIDE,
    channels: 1,
    classes: 3,
    classNames: ["top", "middle", "bottom"],
    scaling: { minimum: 0, maximum: 1 },
  });
  expect(await run.model.predict(floats)).toEqual(await run.model.predict(images));
  const path = join(temporaryFolder(), "model.safetensors");
  await run.model.save(path);
  const bytes = readFileSync(path);
  const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString());
  expect(JSON.parse(header.__metadata__.dataset)).toEqual(run.dataset);
  await expect(run.model.predict(floats.subarray(1))).rejects.toThrow(
    "Expected a Uint8Array of n x 144 bytes, or a Float32Array of as many floats, for `images`, got 17279 floats.",
  );
  const ofBytes = await train({ ...task, epochs: 0, dataset: { images, labels, ...shape } });
  await expect(ofBytes.model.predict(floats)).rejects.toThrow(
    "Expected a Uint8Array of n x 144 bytes for `images`, got a Float32Array.",
  );
});
