import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, it, vi } from "vitest";
import { bands, smallModel } from "../small-task.js";

const memory = vi.hoisted(() => ({ available: 0 }));
vi.mock("../../src/system/memory-limit.js", () => ({
  availableMemory: () => ({ bytes: memory.available, of: 1e9, source: "the control group" }),
  memoryHeld: () => 1e6,
}));
const { loadModel, train } = await import("../../src/index.js");
const { imagesPerCall } = await import("../../src/inference/images-per-call.js");

const folder = mkdtempSync(join(tmpdir(), "optimbench-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "model.safetensors");
beforeEach(() => {
  memory.available = 1e9;
});
const dataset = await bands();
const PIXELS = 144;

memory.available = 1e9;
const { model } = await train({ dataset, model: smallModel, epochs: 1 });
afterAll(() => model.dispose());
await model.save(path);
const most = imagesPerCall(model.dataset);

/** More images than one call of native code takes. */
const many = new Uint8Array((most + 7) * PIXELS);
for (let at = 0; at < many.length; at += dataset.images.length)
  many.set(dataset.images.subarray(0, many.length - at), at);
const refusal = (what: string) => ({
  code: "MEMORY",
  message: expect.stringMatching(new RegExp(`^This needs about \\d+ MB of memory: ${what}`)),
});

it("predicts many images in parts, with the result of each part", async () => {
  const probabilities = await model.predict(many);
  expect(probabilities).toHaveLength(3 * (most + 7));
  expect(probabilities.subarray(3 * most)).toEqual(await model.predict(many.subarray(most * PIXELS)));
  expect(probabilities.subarray(0, 3 * most)).toEqual(await model.predict(many.subarray(0, most * PIXELS)));
});

it("predicts many floats like the bytes that they stand for", async () => {
  const images = Float32Array.from(dataset.images, (pixel) => pixel / 255);
  const trained = await train({ dataset: { ...dataset, images }, model: smallModel, epochs: 1 });
  const expected = await trained.model.predict(many);
  expect(await trained.model.predict(Float32Array.from(many, (pixel) => pixel / 255))).toEqual(expected);
  trained.model.dispose();
});

it("refuses probabilities, data and models that do not fit in memory, before it takes any", async () => {
  memory.available = 1e5;
  await expect(model.predict(many)).rejects.toMatchObject(refusal("the probabilities 1 MB"));
  await expect(model.evaluate({ ...dataset, images: dataset.images.slice() })).resolves.toBeDefined();
  memory.available = 1e4;
  await expect(model.evaluate({ ...dataset, images: dataset.images.slice() })).rejects.toMatchObject(
    refusal("a copy of the data 1 MB"),
  );
  memory.available = 1e3;
  await expect(loadModel(path)).rejects.toMatchObject(refusal("(activations of 1 image|parameters)"));
});

it("refuses images that are transferred while they are predicted", async () => {
  const floats = Float32Array.from(dataset.images, (pixel) => pixel / 255);
  const trained = await train({ dataset: { ...dataset, images: floats }, model: smallModel, epochs: 0 });
  for (const images of [many.slice(), floats]) {
    const predicted = trained.model.predict(images);
    structuredClone(images, { transfer: [images.buffer] });
    await expect(predicted).rejects.toMatchObject({
      code: "DATA",
      message: "`images` was transferred to another thread while it was predicted. Transfer a copy.",
    });
  }
  trained.model.dispose();
});

it("rejects a prediction of many images during which it was disposed", async () => {
  const loaded = await loadModel(path);
  const predicted = loaded.predict(many);
  loaded.dispose();
  await expect(predicted).rejects.toMatchObject({ code: "DISPOSED" });
});
