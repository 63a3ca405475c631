import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { TrainConfig } from "../../src/config/train-config.js";
import { loadModel, train } from "../../src/index.js";
import { Graph } from "../../src/onnx/graph.js";
import { onnxSummary } from "../../src/onnx/onnx-graph.js";
import { writeOnnx } from "../../src/onnx/write-onnx.js";
import { packageVersion } from "../../src/system/package-root.js";
import { bands, smallModel } from "../small-task.js";
import { exportError, folder } from "./runtime.js";

const dataset = await bands();
const trained = async (config: TrainConfig = {}) =>
  (await train({ dataset, model: smallModel, batchSize: 16, epochs: 1, ...config })).model;
const some = dataset.images.subarray(0, 20 * 144);

describe("an exported model contains", () => {
  it.each<[string, TrainConfig]>([
    ["the weights that training ended with", {}],
    ["the averaged weights", { optimizer: { name: "adam", weightAverage: 0.9 } }],
    ["the standardisation of images", { standardise: true }],
    ["the weights of the best epoch", { earlyStopping: {}, epochs: 2 }],
  ])("%s", async (_, config) => {
    using model = await trained(config);
    expect(await exportError(model, some)).toBeLessThan(1e-5);
  });

  it("the scaling of floats, rounded and cut off as in training", async () => {
    const images = Float32Array.from(dataset.images, (value) => value / 100 - 1);
    const { labels } = dataset;
    using model = await trained({
      dataset: { images, labels, height: 12, width: 12 },
      standardise: true,
    });
    const { minimum, maximum } = model.dataset.scaling!;
    // Halves between two bytes, and values outside the range.
    const halves = Float32Array.from(
      { length: 20 * 144 },
      (_, i) => minimum + (((i % 300) - 20.5) / 255) * (maximum - minimum),
    );
    expect(await exportError(model, halves)).toBeLessThan(1e-5);
  });

  it("the same after it was saved and loaded", async () => {
    using model = await trained();
    const file = join(folder, "model.safetensors");
    await model.save(file);
    using loaded = await loadModel(file);
    expect(await exportError(loaded, some, [20], await model.predict(some))).toBeLessThan(1e-5);
  });

  it("what it takes and gives, its producer, and the metadata of a saved model", async () => {
    const { images, labels } = dataset;
    const classNames = ["top", "middle", "bottom"];
    using model = await trained({
      dataset: { images, labels, height: 12, width: 12, classNames },
      standardise: true,
    });
    const path = join(folder, "described.onnx");
    const summary = {
      opset: 18,
      inputs: [{ name: "images", type: "uint8", shape: ["batch", 12, 12, 1] }],
      outputs: [
        { name: "probabilities", type: "float32", shape: ["batch", 3] },
        { name: "logits", type: "float32", shape: ["batch", 3] },
      ],
    };
    expect(await model.exportOnnx(path)).toEqual(summary);
    const fields = fieldsOf(readFileSync(path));
    expect([text(fields.get(2)![0]!), text(fields.get(3)![0]!)]).toEqual(["optimbench", packageVersion]);
    expect(fieldsOf(fields.get(8)![0] as Uint8Array).get(2)).toEqual([18]);
    const metadata = Object.fromEntries(
      fields.get(14)!.map((entry) => {
        const { 1: key, 2: value } = Object.fromEntries(fieldsOf(entry as Uint8Array));
        return [text(key![0]!), JSON.parse(text(value![0]!))];
      }),
    );
    expect(metadata).toMatchObject({
      inputShape: [12, 12, 1],
      classNames,
      dataset: JSON.parse(JSON.stringify(model.dataset)),
      standardisation: { mean: [expect.any(Number)] },
      config: { epochs: 1, standardise: true },
    });
  });
});

describe("an export that fails", () => {
  it("leaves the old file unchanged, and no other", async () => {
    const model = await trained();
    const path = join(folder, "old", "model.onnx");
    await model.exportOnnx(path);
    const old = readFileSync(path);
    const exported = model.exportOnnx(path);
    model.dispose();
    await expect(exported).rejects.toMatchObject({ code: "DISPOSED" });
    expect(readFileSync(path)).toEqual(old);
    expect(readdirSync(join(folder, "old"))).toEqual(["model.onnx"]);
  });

  it("says why", async () => {
    using model = await trained();
    await expect(model.exportOnnx("")).rejects.toMatchObject({ code: "CONFIG" });
    await expect(model.exportOnnx(folder)).rejects.toMatchObject({ code: "FILE", path: folder });
  });

  it("because the file would exceed the format's limit reads and writes nothing", async () => {
    const graph = new Graph();
    graph.weight("dense_0.weight", [65_536, 8_192]);
    const path = join(folder, "large.onnx");
    const values = () => expect.fail("weights are read");
    const summary = onnxSummary({ height: 1, width: 1, channels: 1, classes: 2 });
    await expect(writeOnnx(path, { graph, summary, metadata: {}, values })).rejects.toMatchObject({
      code: "FILE",
      message: expect.stringMatching(
        /^Cannot export the model to .*large\.onnx: the file would have 2,147,48\d,\d{3} bytes, but ONNX files have at most 2,147,483,647\. Use/,
      ),
    });
    expect(existsSync(path)).toBe(false);
  });
});

/** The fields of a message: numbers, and bytes. */
function fieldsOf(bytes: Uint8Array): Map<number, (number | Uint8Array)[]> {
  const fields = new Map<number, (number | Uint8Array)[]>();
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++]!;
      value += (byte % 128) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    let value: number | Uint8Array = varint();
    if (key % 8 === 2) {
      at += value;
      value = bytes.subarray(at - value, at);
    }
    const field = Math.floor(key / 8);
    fields.set(field, [...(fields.get(field) ?? []), value]);
  }
  return fields;
}

const text = (value: number | Uint8Array) => Buffer.from(value as Uint8Array).toString();
