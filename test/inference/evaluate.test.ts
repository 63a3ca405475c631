import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadModel, train } from "../../src/index.js";
import { bands, smallModel } from "../small-task.js";

const folder = mkdtempSync(join(tmpdir(), "optimbench-"));
const path = join(folder, "model.safetensors");
afterAll(() => rmSync(folder, { recursive: true }));

const names = ["top", "middle", "bottom"];
const { images, labels, height, width } = await bands();
const test = await bands(40);
const dataset = {
  ...{ name: "bands", images, labels, height, width, classNames: names },
  test: { images: test.images, labels: test.labels },
};
const run = await train({ dataset, model: smallModel, batchSize: 16, epochs: 1, seed: 3 });
await run.model.save(path);
const { test: _, ...untested } = dataset;

describe("an evaluation", () => {
  it("of test images has the numbers of the run", async () => {
    using model = await loadModel(path);
    const found = await model.evaluate(dataset);
    expect(found).toMatchObject({ ...run.test, dataset: "bands", split: "test", count: 40 });
    const { images: set, ...predictions } = run.predictions!;
    expect([set, found]).toEqual(["test", expect.objectContaining(predictions)]);
    expect(await run.model.evaluate(dataset, { split: "test" })).toEqual(found);
  });

  it("describes each class by name", async () => {
    using model = await loadModel(path);
    const { classes, confusions, confidence, reliability, count } = await model.evaluate(dataset);
    expect(classes!.map(({ name }) => name)).toEqual(names);
    for (const [label, score] of classes!.entries()) {
      const row = confusions![label]!;
      expect(score.count).toBe(row.reduce((sum, each) => sum + each));
      expect(score.recall).toBe(row[label]! / score.count);
    }
    const sum = reliability.reduce((total, bin) => total + bin.count * bin.confidence, 0);
    expect(confidence).toBeCloseTo(sum / count, 10);
  });

  it("of the dataset that was trained on is of the images that its run validated or trained with", async () => {
    using model = await loadModel(path);
    const last = run.history.at(-1)!;
    const validation = await model.evaluate(untested);
    expect(validation).toMatchObject({ split: "validation", ...last.validation });
    const trained = await model.evaluate(untested, { split: "train" });
    expect(trained.count).toBe(run.config.split.train);
    expect(trained.count + validation.count).toBeLessThanOrEqual(120);
  });

  it("of another dataset is of all its images", async () => {
    using model = await loadModel(path);
    const found = await model.evaluate({ ...untested, name: "other" });
    expect(found).toMatchObject({ split: "train", count: 120, dataset: "other" });
  });

  it("matches classes by name, of which some may be absent", async () => {
    using model = await loadModel(path);
    const expected = await model.evaluate({ ...untested, name: "other" });
    const reversed = { ...untested, name: "other", classNames: [...names].reverse() };
    const renumbered = { ...reversed, labels: labels.map((label) => 2 - label) };
    expect(await model.evaluate(renumbered)).toEqual(expected);
    const two = { ...untested, name: "two", classNames: ["middle", "bottom"] };
    const only = [...labels.keys()].filter((image) => labels[image]! > 0);
    const some = {
      ...two,
      images: Uint8Array.from(only.flatMap((image) => [...images.subarray(image * 144, (image + 1) * 144)])),
      labels: Uint8Array.from(only, (image) => labels[image]! - 1),
    };
    const { confusions, count } = await model.evaluate(some);
    expect(count).toBe(only.length);
    expect(confusions).toEqual([[0, 0, 0], ...expected.confusions!.slice(1)]);
  });

  it("scales floats as the training images were", async () => {
    const floats = (bytes: Uint8Array) => Float32Array.from(bytes, (byte) => byte / 100 - 1);
    const trained = await train({
      dataset: { ...untested, images: floats(images) },
      model: smallModel,
      epochs: 1,
    });
    using model = trained.model;
    const dark = floats(images.map((byte) => byte / 2)); // of another range
    const probabilities = await model.predict(dark);
    const largest = [...labels].reduce<number>(
      (sum, _, i) => sum + Math.max(...probabilities.subarray(3 * i, 3 * i + 3)),
      0,
    );
    const { confidence } = await model.evaluate({ ...untested, name: "dark", images: dark });
    expect(confidence).toBeCloseTo(largest / labels.length, 2);
    const unscaled = await model.evaluate({ ...untested, name: "bright", images: floats(images) });
    expect(Math.abs(unscaled.confidence - confidence)).toBeGreaterThan(0.02);
    await expect(model.evaluate(untested)).rejects.toThrow("The model was trained on values from -1 to 1.55");
  });
});

describe("an evaluation is refused", () => {
  it("if images or classes are not those of the model", async () => {
    using model = await loadModel(path);
    const refused = (given: object, code: string, message: string) =>
      expect(model.evaluate({ ...untested, ...given } as typeof untested)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(message),
      });
    await refused(
      { height: 6, width: 24 },
      "DATA",
      "The model takes images of 12 x 12 x 1, but those of bands are 6 x 24 x 1. Resize them with `resize` (--resize).",
    );
    await refused(
      { classNames: ["top", "left", "right"] },
      "DATA",
      "bands has the classes left, right, but the classes of the model are top, middle, bottom.",
    );
    await refused({ classNames: undefined, classes: 4 }, "DATA", "bands has 4 classes, but the model has 3.");
  });

  it("if there is no such split, with those that there are", async () => {
    using model = await loadModel(path);
    await expect(model.evaluate(untested, { split: "test" })).rejects.toThrow(
      "bands has no test images. Choose another `split` (--split): validation, train.",
    );
    await expect(model.evaluate(untested, { split: "all" as "test" })).rejects.toMatchObject({
      code: "CONFIG",
    });
  });

  it("once it is aborted, or the model disposed of", async () => {
    const model = await loadModel(path);
    const signal = AbortSignal.abort();
    await expect(model.evaluate(dataset, { signal })).rejects.toMatchObject({ code: "ABORTED" });
    const running = model.evaluate(dataset);
    model.dispose();
    await expect(running).rejects.toMatchObject({ code: "DISPOSED" });
    await expect(model.evaluate(dataset)).rejects.toMatchObject({ code: "DISPOSED" });
  });
});
