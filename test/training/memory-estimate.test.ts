import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, vi } from "vitest";
import { planRun } from "../../src/config/run-plan.js";
import { parseTrainConfig, type TrainConfig } from "../../src/config/train-config.js";
import { checkMemory } from "../../src/native/require-memory.js";
import { memoryHeld } from "../../src/system/memory-limit.js";
import { packageRoot } from "../../src/system/package-root.js";
import { runMemory } from "../../src/training/memory-estimate.js";

vi.stubEnv("OPTIMBENCH_KERNELS", ""); // libtorch's operators need more memory

const GB = 1e9;
const available = (bytes: number, of = bytes) => ({ bytes, of, source: "this machine" }) as const;

/** The memory of a run on images of this size, by part. */
function partsOf(config: TrainConfig, image: { side?: number; channels?: number; count?: number } = {}) {
  const { side = 28, channels = 1, count = 60_000 } = image;
  const dataset = { name: "images", count, height: side, width: side, channels, classes: 10 };
  return runMemory(planRun(parseTrainConfig({ threads: 2, device: "cpu", ...config }), dataset));
}

const dense = (units: number) => ({ type: "dense", units, activation: "relu" }) as const;
const end = { type: "dense", units: 10 } as const;
const conv = { type: "conv2d", filters: 32, kernelSize: 3, padding: "same" } as const;
const flatten = { type: "flatten" } as const;
const pool = { type: "globalAveragePool2d" } as const;

describe("runs that exceed 8 GB are rejected before anything is allocated", () => {
  const paddings = Array.from({ length: 40 }, () => ({ type: "zeroPadding2d", padding: 1024 }) as const);
  it.each<[string, TrainConfig, Parameters<typeof partsOf>[1], RegExp]>([
    [
      "a net of 985 million parameters",
      { model: { layers: [flatten, dense(31_000), dense(31_000), end] } },
      {},
      /^This needs about 15\.\d GB of memory: the optimizer's state 7\.9 GB; their gradients 3\.9 GB; parameters 3\.9 GB\b.*\. Of the 8\.0 GB of this machine, 8\.0 GB are available; this process holds 100 MB\. Use a model with fewer units or filters, or another optimizer\.$/,
    ],
    ["wide images with mlp", { model: "mlp" }, { side: 1024, count: 100 }, /gradients/],
    [
      "forty paddings of 1,024",
      { model: { layers: [...paddings, pool, end] } },
      {},
      /activations of 16 images on each of 2 threads .* Use smaller images/,
    ],
    [
      "batch normalisation at full batch",
      { model: { layers: [conv, { type: "batchNorm2d" }, pool, end] }, batchSize: 60_000 },
      {},
      /activations of 48000 images [\d.]+ GB.* Use a smaller `batchSize`/,
    ],
    [
      "batches of a billion, uncut",
      { batchSize: 1e9, microBatch: 1e9, model: { layers: [conv, conv, pool, end] } },
      {},
      /activations of 48000 images .* Use a smaller `batchSize` or `microBatch`/,
    ],
    [
      "muon's products of a wide layer",
      { model: { layers: [flatten, dense(22_000), dense(22_000), end] }, optimizer: "muon" },
      {},
      /memory: what the optimizer computes in a step [\d.]+ GB; .* Use a model with fewer units or filters per layer, or another optimizer/,
    ],
  ])("%s", (_, config, image, message) => {
    const before = memoryHeld();
    const parts = partsOf(config, image);
    expect(() => checkMemory(parts, available(8 * GB), 1e8)).toThrow(
      expect.objectContaining({ code: "MEMORY", message: expect.stringMatching(message) }),
    );
    expect(memoryHeld() - before).toBeLessThan(0.2 * GB);
  });
});

it("accepts the default run on a small machine", () => {
  checkMemory(partsOf({}), available(50e6), 0);
  checkMemory(partsOf({ batchSize: 1e9 }), available(50e6), 0); // cut into micro-batches
});

it("suggests freeing memory only if that could be enough", () => {
  const parts = [{ what: "parameters", bytes: 3 * GB, advice: "fewer" }];
  checkMemory(parts, available(3 * GB, 4 * GB), 0);
  expect(() => checkMemory(parts, available(2 * GB, 4 * GB), 0)).toThrow(
    /Use fewer, or free memory: end other programs/,
  );
  expect(() => checkMemory(parts, available(1 * GB, 2 * GB), 0)).toThrow(/Use fewer\.$/);
});

it("counts states by their shapes, and a copy of the best epoch", () => {
  const model = { layers: [flatten, dense(4096), end] } as const;
  const bytes = (config: TrainConfig, what: RegExp) =>
    partsOf({ model, ...config }).find((part) => what.test(part.what))!.bytes;
  const parameters = bytes({}, /^parameters/);
  expect(bytes({ optimizer: "adam" }, /state$/) / parameters).toBeCloseTo(2, 2);
  expect(bytes({ optimizer: "sgd" }, /state$/)).toBe(0);
  expect(bytes({ optimizer: "adafactor" }, /state$/) / parameters).toBeLessThan(0.02);
  expect(bytes({ optimizer: "scheduleFreeSgd" }, /^parameters/)).toBe(2 * parameters);
  const stopping = { earlyStopping: { patience: 1 } } as const;
  expect(bytes({ optimizer: "adam", ...stopping }, /best epoch/) / parameters).toBeCloseTo(3, 2);
});

/** Runs a program in a separate process; returns its output. */
function run(program: string, limits = "true"): string {
  const module = (name: string) => JSON.stringify(pathToFileURL(join(packageRoot, "dist", name)).href);
  const prelude = `
    import { readFileSync } from "node:fs";
    import { train } from ${module("index.js")};
    import { loadDataset } from ${module("data/load-dataset.js")};
    import { planRun } from ${module("config/run-plan.js")};
    import { parseTrainConfig } from ${module("config/train-config.js")};
    import { dataMemory } from ${module("native/require-memory.js")};
    import { runMemory } from ${module("training/memory-estimate.js")};
    import { memoryHeld } from ${module("system/memory-limit.js")};
    import { nativeInfo } from ${module("native/addon.js")};
    import { openSession, sessionSpec } from ${module("native/session.js")};
    const data = (side, count) => loadDataset({
      images: Uint8Array.from({ length: side * side * count }, (_, i) => (i * 7919) % 251),
      labels: Uint8Array.from({ length: count }, (_, i) => i % 10), height: side, width: side,
    });
    const plan = (config, dataset) => planRun(parseTrainConfig({ threads: 1, device: "cpu", ...config }), dataset);
    function peak() { // without the code of libraries
      const status = readFileSync("/proc/self/status", "utf8");
      const bytes = (name) => 1024 * Number(new RegExp(name + ":\\\\s+(\\\\d+) kB").exec(status)[1]);
      return bytes("VmHWM") - bytes("RssFile") - bytes("RssShmem");
    }
    nativeInfo();
  `;
  const { stdout, stderr } = spawnSync(
    "bash",
    [
      "-c",
      `${limits}; exec "$0" --expose-gc --input-type=module -e "$1"`,
      process.execPath,
      prelude + program,
    ],
    { encoding: "utf8" },
  );
  expect(stderr).toBe("");
  return stdout;
}

/** Tolerance for JavaScript's garbage, in bytes. */
const GARBAGE = 6e6;

describe.runIf(process.platform === "linux")("in a separate process", () => {
  const wide = { layers: [flatten, dense(4096), end] } as const;
  const deep = { layers: [flatten, ...Array.from({ length: 30 }, () => dense(250)), end] };
  it.each<[string, TrainConfig, number, number]>([
    ["a wide layer with adam", { model: wide }, 96, 60],
    ["many gradient shards with sgd", { model: deep, optimizer: "sgd", batchSize: 128 }, 16, 200],
    ["one gradient of a wide layer with sgd", { model: wide, optimizer: "sgd", batchSize: 128 }, 48, 200],
    ["norms of the whole update with lamb", { model: wide, optimizer: "lamb" }, 64, 60],
    [
      "products of two layers with muon",
      { model: { layers: [flatten, dense(2048), dense(2048), end] }, optimizer: "muon" },
      28,
      40,
    ],
    ["a small model", { model: "lenet-5" }, 28, 1000],
    [
      "convolutions of pieces of several sizes",
      { model: { layers: [{ ...conv, activation: "tanh" }, { ...conv, activation: "tanh" }, pool, end] } },
      64,
      100,
    ],
    [
      "batch normalisation",
      { model: { layers: [conv, { type: "batchNorm2d" }, conv, pool, end] }, batchSize: 200 },
      64,
      250,
    ],
    [
      "pooling and dropout",
      {
        model: {
          layers: [
            conv,
            { type: "maxPool2d", poolSize: 3, strides: 2, padding: "same" },
            { type: "dropout", rate: 0.2 },
            pool,
            end,
          ],
        },
      },
      200,
      40,
    ],
  ])("the estimate is close to the peak: %s", (_, config, side, count) => {
    const program = `
      const config = ${JSON.stringify(config)};
      const dataset = await data(${side}, ${count});
      const parts = [...runMemory(plan(config, dataset)), ...dataMemory(dataset, "cpu")];
      for (let turn = 0; turn < 3; turn++) { // one collection leaves up to 10 MB that later ones free
        gc();
        await new Promise((resolve) => setImmediate(resolve));
      }
      const held = memoryHeld();
      await train({ threads: 1, ...config, dataset, epochs: 1 });
      console.log(parts.reduce((sum, { bytes }) => sum + bytes, 0), peak() - held);`;
    const [estimate = 0, taken = 0] = run(program).split(" ").map(Number);
    expect(estimate).toBeGreaterThan(0.95 * taken - GARBAGE);
    expect(estimate).toBeLessThan(1.25 * taken + GARBAGE);
  });

  it("a session opens within a small multiple of parameters, gradient and state", () => {
    const program = `
      const dataset = await data(64, 20);
      const spec = sessionSpec(plan({ model: ${JSON.stringify(wide)}, optimizer: "adam" }, dataset));
      const before = peak();
      const session = await openSession(spec);
      console.log((peak() - before) / (4 * session.parameterCount));`;
    expect(Number(run(program))).toBeLessThan(4 * 1.25); // parameters, gradient, two states
  });

  it("explains what to do if an allocation fails in spite of the check", () => {
    const program = `
      const dataset = await data(64, 20);
      const model = { layers: [{ type: "flatten" }, { type: "dense", units: 60000 }, { type: "dense", units: 10 }] };
      const spec = sessionSpec(plan({ model, optimizer: "adam" }, dataset));
      await openSession(spec).catch(({ name, code, message }) => console.log(name, code, message));`;
    expect(run(program, "ulimit -d 2500000")).toMatch(
      /^OptimbenchError MEMORY Out of memory \(out of memory: cannot allocate \d+ bytes\)\. Use a smaller model/,
    );
  });
});
