import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { TrainConfig } from "../../src/config/train-config.js";
import { loadModel, train } from "../../src/index.js";
import { openSafetensors } from "../../src/safetensors/open-safetensors.js";
import { writeSafetensors } from "../../src/safetensors/write-safetensors.js";
import { bands, smallModel } from "../small-task.js";

const folder = mkdtempSync(join(tmpdir(), "optimbench-"));
afterAll(() => rmSync(folder, { recursive: true }));

const dataset = await bands();
const task = { dataset, model: smallModel, batchSize: 16, epochs: 1 } as const;
let files = 0;
const newFile = () => join(folder, `${++files}.safetensors`);

async function saved(config: TrainConfig = {}) {
  const { model } = await train({ ...task, ...config });
  const path = newFile();
  await model.save(path);
  return { model, path };
}

/** Rewrites a file with other metadata, and the checksum of that. */
async function withMetadata(path: string, metadata: Readonly<Record<string, string>>): Promise<string> {
  const file = await openSafetensors(path);
  const tensors = [...file.tensors.values()].map(({ name, shape }) => ({ name, shape }));
  async function* values() {
    for (const tensor of file.tensors.values()) yield* file.values(tensor);
  }
  const { sha256: _, ...before } = Object.fromEntries(file.metadata);
  const changed = newFile();
  await writeSafetensors(changed, tensors, values, { ...before, ...metadata });
  await file.close();
  return changed;
}

describe("a loaded model", () => {
  const { layers } = smallModel;
  it.each<[string, TrainConfig]>([
    ["the plain task", {}],
    ["averaged weights", { optimizer: { name: "adam", weightAverage: 0.9 } }],
    [
      "batch normalisation and several filters",
      { model: { layers: [layers[0], { type: "batchNorm2d" }, ...layers] } },
    ],
    [
      "more numbers than are written at once",
      {
        model: { layers: [{ type: "flatten" }, { type: "dense", units: 600 }, { type: "dense", units: 3 }] },
      },
    ],
    ["standardised images", { standardise: true }],
    ["another loss and framework", { loss: "categoricalHinge", semantics: "keras2" }],
    ["early stopping", { earlyStopping: {}, epochs: 2 }],
    ["frozen layers", { frozen: ["conv2d_0"] }],
  ])("predicts with the bits of the saved one: %s", async (_, config) => {
    const { model, path } = await saved(config);
    using loaded = await loadModel(path, { threads: 2 });
    const images = dataset.images.subarray(0, 50 * 144);
    expect(await loaded.predict(images)).toEqual(await model.predict(images));
    expect(await loaded.parameters()).toEqual(await model.parameters());
    expect(loaded.parameterCount).toBe(model.parameterCount);
    expect(loaded.frozenParameterCount).toBe(model.frozenParameterCount);
    expect(loaded.dataset).toEqual(model.dataset);
    model.dispose();
  });

  it("scales floats as in training, and can be saved again", async () => {
    const images = Float32Array.from(dataset.images, (value) => value / 100 - 1);
    const named = {
      images,
      labels: dataset.labels,
      height: 12,
      width: 12,
      classNames: ["top", "middle", "bottom"],
    };
    const { model, path } = await saved({ dataset: named });
    using loaded = await loadModel(path);
    const some = images.subarray(0, 10 * 144);
    expect(await loaded.predict(some)).toEqual(await model.predict(some));
    expect(loaded.dataset.classNames).toEqual(["top", "middle", "bottom"]);
    const again = newFile();
    await loaded.save(again);
    using reloaded = await loadModel(again);
    expect(await reloaded.predict(some)).toEqual(await model.predict(some));
    model.dispose();
  });
});

describe("a file that is no model is refused with the reason", () => {
  const refused = (path: string, reason: string) =>
    expect(loadModel(path)).rejects.toMatchObject({
      code: "FILE",
      path,
      message: expect.stringContaining(reason),
    });

  it("if it is missing, truncated or altered", async () => {
    await refused(join(folder, "none"), "no such file or folder");
    const { model, path } = await saved();
    model.dispose();
    const bytes = readFileSync(path);
    const last = bytes.length - 1;
    bytes[last]! ^= 1;
    writeFileSync(path, bytes);
    await refused(path, "its content does not have the checksum in its metadata");
    truncateSync(path, last);
    await refused(path, "it is truncated");
  });

  it("if it is a checkpoint, or of another program", async () => {
    const path = newFile();
    (await train({ ...task, epochs: 0, checkpoint: { path } })).model.dispose();
    await refused(path, "it is a checkpoint");
    const other = newFile();
    await writeSafetensors(other, [], async function* () {}, {});
    await refused(other, "its metadata does not describe a model, so `save` did not write it");
  });

  it("if its metadata does not describe its tensors, or a valid model", async () => {
    const { model, path } = await saved();
    model.dispose();
    const file = await openSafetensors(path);
    await file.close();
    const config = JSON.parse(file.metadata.get("config")!);
    const about = JSON.parse(file.metadata.get("dataset")!);
    const layersOf = (layers: unknown) =>
      withMetadata(path, { config: JSON.stringify({ ...config, model: { layers } }) });
    const { layers } = config.model;
    await refused(await layersOf([]), "its metadata does not describe a valid model");
    await refused(
      await layersOf([...layers.slice(0, -1), { ...layers.at(-1), units: 4 }]),
      "does not describe a valid model",
    );
    await refused(
      await layersOf([{ ...layers[0], filters: 3 }, ...layers.slice(1)]),
      "it has no float32 tensor `conv2d_0.weight` of the shape [3, 1, 3, 3]",
    );
    await refused(await layersOf(layers.slice(1)), "its model has no tensor `conv2d_0.weight`");
    await refused(await withMetadata(path, { config: "{" }), "its metadata is damaged");
    await refused(
      await withMetadata(path, { dataset: JSON.stringify({ ...about, height: 1e9 }) }),
      "its metadata is damaged",
    );
    await refused(
      await withMetadata(path, { dataset: JSON.stringify({ ...about, width: 8 }) }),
      "no float32 tensor `dense_0.weight`",
    );
  });

  it("if its standardisation does not fit the channels of its images", async () => {
    const { model, path } = await saved({ standardise: true });
    model.dispose();
    const good = { mean: [0.5], standardDeviation: [0.2] };
    (await loadModel(await withMetadata(path, { standardisation: JSON.stringify(good) }))).dispose();
    for (const bad of [{ mean: [] }, { standardDeviation: [1, 1] }, { standardDeviation: [0] }])
      await refused(
        await withMetadata(path, { standardisation: JSON.stringify({ ...good, ...bad }) }),
        "its metadata is damaged",
      );
  });

  it("before it takes memory for numbers that the file does not have", async () => {
    const { model, path } = await saved();
    model.dispose();
    const config = JSON.stringify({
      model: { layers: [{ type: "flatten" }, { type: "dense", units: 65_536 }, { type: "dense", units: 3 }] },
      ...{ loss: "sparseCategoricalCrossentropy", semantics: "keras3", microBatch: 8 },
    });
    await refused(
      await withMetadata(path, { config }),
      "its model has 9,699,331 parameters, but its tensors have",
    );
  });

  it("if the arguments are invalid", async () => {
    await expect(loadModel("")).rejects.toMatchObject({ code: "CONFIG" });
    await expect(loadModel("m", { threads: 0 })).rejects.toThrow("`threads`");
    await expect(loadModel("m", { device: "tpu" })).rejects.toMatchObject({ name: "OptimbenchError" });
  });
});
