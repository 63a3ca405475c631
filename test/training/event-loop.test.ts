import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planRun } from "../../src/config/run-plan.js";
import { parseTrainConfig } from "../../src/config/train-config.js";
import { datasetRecord } from "../../src/data/dataset-record.js";
import { loadDataset } from "../../src/data/load-dataset.js";
import { TrainedModel } from "../../src/inference/trained-model.js";
import type { Layer } from "../../src/models/layers.js";
import type { NativeSession } from "../../src/native/addon.js";
import { parametersSha256 } from "../../src/native/parameters-sha256.js";
import { type ResidentDataset, residentDataset } from "../../src/native/resident-dataset.js";
import { openSession, sessionSpec } from "../../src/native/session.js";
import { packageRoot } from "../../src/system/package-root.js";

/** The number of turns of the event loop until the work is done. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isDone = false;
  const ended = work.finally(() => {
    isDone = true;
  });
  for (; !isDone; turns++) await new Promise(setImmediate);
  await ended;
  return turns;
}

/** Sizes that are read in several parts. */
const layers: readonly Layer[] = [
  { type: "conv2d", filters: 64, kernelSize: 3, strides: 9 },
  { type: "conv2d", filters: 600, kernelSize: 3 },
  { type: "flatten" },
  { type: "dense", units: 6000 },
  { type: "dense", units: 1000 },
  { type: "dense", units: 2 },
];

describe("with a session of nearly ten million parameters", () => {
  let session: NativeSession;
  let model: TrainedModel;
  let openingTurns: number;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "optimbench-"));
    const dataset = await loadDataset({ images: new Uint8Array(2 * 784), labels: Uint8Array.of(0, 1) });
    const config = parseTrainConfig({ model: { layers }, threads: 1, device: "cpu" });
    const plan = planRun(config, dataset);
    const opening = openSession(sessionSpec(plan));
    openingTurns = await turnsDuring(opening);
    session = await opening;
    model = new TrainedModel(session, plan.config, datasetRecord(dataset));
  });
  afterAll(() => {
    model.dispose();
    rmSync(folder, { recursive: true });
  });

  it("the event loop continues while it opens", () => {
    expect(session.parameterCount).toBeGreaterThan(9e6);
    expect(openingTurns).toBeGreaterThan(5);
  });

  it("the event loop continues while it is hashed", async () => {
    expect(await turnsDuring(parametersSha256(session))).toBeGreaterThan(20);
  });

  it("the event loop continues while it is saved, and the file has all numbers", async () => {
    const path = join(folder, "model.safetensors");
    expect(await turnsDuring(model.save(path))).toBeGreaterThan(20);
    const bytes = readFileSync(path);
    const start = 8 + Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.subarray(8, start).toString());
    const reading = model.parameters();
    expect(await turnsDuring(reading)).toBeGreaterThan(20);
    for (const { name, shape, values } of await reading) {
      const [from, to] = header[name].data_offsets;
      expect(header[name]).toMatchObject({ dtype: "F32", shape });
      const expected = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
      expect(bytes.subarray(start + from, start + to).equals(expected), name).toBe(true);
    }
    expect(bytes.length).toBe(start + 4 * session.parameterCount);
  });

  it("the event loop continues while its state is saved, restored and reset", async () => {
    for (const work of [() => session.keep(), () => session.restore(), () => session.restart()])
      expect(await turnsDuring(work())).toBeGreaterThan(5);
  });
});

describe("with data of 21 million bytes", () => {
  const [count, side] = [21_000, 28];
  const made = () =>
    loadDataset({
      images: new Uint8Array(count * side ** 2).map((_, i) => i % 251),
      labels: new Uint8Array(count).map((_, i) => i % 7),
      targets: new Float32Array(7 * count).map((_, i) => (i % 7 === Math.floor(i / 7) % 7 ? 1 : 0)),
    });

  it("the event loop continues while it is copied, and images keep their order", async () => {
    const dataset = await made();
    const config = parseTrainConfig({ model: "mlp", threads: 1, device: "cpu" });
    const session = await openSession(sessionSpec(planRun(config, dataset)));
    const copying = residentDataset(dataset, "cpu");
    expect(residentDataset(dataset, "cpu")).toBe(copying); // shared by all concurrent callers
    expect(await turnsDuring(copying)).toBeGreaterThanOrEqual(3);
    const last = dataset.images.subarray(-5 * side ** 2);
    const lastAlone = await loadDataset({
      images: last,
      labels: dataset.labels.subarray(-5),
      targets: dataset.targets!.subarray(-5 * 7),
    });
    const evaluate = async (copied: Promise<ResidentDataset>, first: number) => {
      const { seconds: _, ...measured } = await session.evaluate(
        (await copied).images,
        Uint32Array.from({ length: 5 }, (_, i) => first + i),
      );
      return measured;
    };
    expect(await evaluate(copying, count - 5)).toEqual(await evaluate(residentDataset(lastAlone, "cpu"), 0));
    await session.dispose();
  });

  it("reports that its memory was transferred during the copy", async () => {
    for (const part of ["images", "labels", "targets"] as const) {
      const dataset = await made();
      const copying = residentDataset(dataset, "cpu");
      structuredClone(0, { transfer: [dataset[part]!.buffer as ArrayBuffer] });
      await expect(copying).rejects.toMatchObject({ name: "OptimbenchError", code: "DATA" });
    }
  });
});

it("the event loop continues while libtorch is loaded", () => {
  const module = JSON.stringify(pathToFileURL(join(packageRoot, "dist", "native", "addon.js")).href);
  const program = `
    import { loadNative, preloadNative } from ${module};
    let turns = 0;
    let isDone = false;
    const loading = Promise.all([preloadNative(), preloadNative()]).then(() => { isDone = true; });
    for (; !isDone; turns++) await new Promise(setImmediate);
    await loading;
    console.log(turns > 5, loadNative().info().torch.length > 0);`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
  });
  expect([stderr, stdout]).toEqual(["", "true true\n"]);
});
