import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type NamedTensor, type Run, train } from "../../../src/index.js";
import { openSafetensors } from "../../../src/safetensors/open-safetensors.js";
import { writeSafetensors } from "../../../src/safetensors/write-safetensors.js";
import { bands } from "../../small-task.js";

const folder = mkdtempSync(join(tmpdir(), "optimbench-"));
const saved = join(folder, "saved.safetensors");
const dataset = await bands();
const model = {
  layers: [
    { type: "conv2d", filters: 4, kernelSize: 3, useBias: false },
    { type: "batchNorm2d" },
    { type: "activation", activation: "relu" },
    { type: "maxPool2d" },
    { type: "flatten" },
    { type: "dense", units: 3 },
  ],
} as const;
const task = { dataset, model, batchSize: 16, epochs: 1 } as const;
type Config = Parameters<typeof train>[0];

let first: Run;
let tensors: NamedTensor[];
beforeAll(async () => {
  first = await train({ ...task, epochs: 2 });
  await first.model.save(saved);
  tensors = await first.model.parameters();
});
afterAll(() => {
  first.model.dispose();
  rmSync(folder, { recursive: true });
});

/** Trains, and returns the record and the tensors of the model. */
async function run(config: Config) {
  const { model, record } = await train({ ...task, ...config });
  const tensors = await model.parameters();
  model.dispose();
  return { record, tensors };
}

const refused = (initialWeights: unknown, config: Config = {}) =>
  expect(train({ ...task, ...config, initialWeights } as Config)).rejects;

const distance = (a: Float32Array, b: Float32Array) =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

describe("training from given weights", () => {
  it("starts with the weights and running statistics of a file, a model or tensors", async () => {
    for (const initialWeights of [saved, first.model, tensors]) {
      const { record, tensors: found } = await run({ initialWeights, epochs: 0 });
      expect(found).toEqual(tensors);
      expect(record.parametersSha256.initial).toBe(first.parametersSha256.final);
      expect(record.history[0]!.validation).toEqual(first.history.at(-1)!.validation);
    }
  });

  it("states in the config where they are from, and a checksum that does not depend on it", async () => {
    const ofFile = (await run({ initialWeights: saved })).record.config.initialWeights;
    const ofModel = (await run({ initialWeights: { from: first.model } })).record.config.initialWeights;
    expect(ofFile).toEqual({ from: saved, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(ofModel).toEqual({ from: "in-memory", sha256: ofFile!.sha256 });
    const changed = tensors.map((each) => ({ ...each, values: each.values.slice() }));
    changed[0]!.values[0]! += 1;
    const ofOthers = (await run({ initialWeights: changed })).record.config.initialWeights;
    expect(ofOthers!.sha256).not.toBe(ofFile!.sha256);
  });

  it("is repeated by the config of its result", async () => {
    const { record } = await run({ initialWeights: saved });
    const again = await run({ ...record.config, dataset });
    expect(again.record.parametersSha256).toEqual(record.parametersSha256);
    expect(again.record.config).toEqual(record.config);
  });

  it("gives averages and states that begin as the parameters the given weights", async () => {
    for (const optimizer of [
      { name: "sgd", weightAverage: 0.9 },
      { name: "scheduleFreeSgd" },
      { name: "scheduleFreeAdamw" },
    ] as never[]) {
      const { tensors: found } = await run({ initialWeights: saved, optimizer, epochs: 0 });
      expect(found).toEqual(tensors);
      // A rate of 0 changes nothing, unless something still is as it was drawn.
      const still = await run({
        initialWeights: saved,
        optimizer: { ...(optimizer as object), learningRate: 1e-30 } as never,
      });
      for (const [i, { values }] of still.tensors.entries())
        if (!/running/.test(tensors[i]!.name))
          expect(distance(values, tensors[i]!.values)).toBeLessThan(1e-6);
    }
  });

  it("is resumed from a checkpoint with the same bits", async () => {
    const config = { initialWeights: saved, epochs: 3, frozen: ["conv2d_0"] } as const;
    const whole = await run(config);
    const path = join(folder, "checkpoint.safetensors");
    const stop = new AbortController();
    const onEpoch = ({ epoch }: { epoch: number }) => void (epoch === 1 && stop.abort());
    (await train({ ...task, ...config, onEpoch, signal: stop.signal, checkpoint: { path } })).model.dispose();
    const resumed = await run({ ...config, checkpoint: { path, resume: true } } as Config);
    expect(resumed.record.parametersSha256).toEqual(whole.record.parametersSha256);
    expect(resumed.tensors).toEqual(whole.tensors);
    await expect(
      train({
        ...task,
        ...config,
        initialWeights: { from: saved, except: ["dense_0"] },
        checkpoint: { path, resume: true },
      }),
    ).rejects.toMatchObject({ code: "FILE", message: expect.stringContaining("initialWeights.except") });
  });

  it("leaves out the layers of `except`, which start anew by the seed", async () => {
    const anew = await run({ epochs: 0 });
    const { tensors: found } = await run({ initialWeights: { from: saved, except: ["dense_0"] }, epochs: 0 });
    for (const [i, { name, values }] of found.entries())
      expect(values).toEqual((name.startsWith("dense_0.") ? anew.tensors : tensors)[i]!.values);
  });

  it("accepts weights for other classes without their last layer", async () => {
    const layers = model.layers.map((each) => (each.type === "dense" ? { ...each, units: 3 } : each));
    const others = tensors.map((each) =>
      each.name === "dense_0.weight" ? { ...each, shape: [2, 50], values: new Float32Array(100) } : each,
    );
    await refused(others, { model: { layers } }).toMatchObject({
      code: "CONFIG",
      path: "initialWeights",
      message: expect.stringMatching(
        /Expected the shape \[3, 100\] for `dense_0\.weight`, found \[2, 50\].*except: \["dense_0"\]/s,
      ),
    });
    await run({ model: { layers }, initialWeights: { from: others, except: ["dense_0"] } });
  });
});

describe("weights that do not fit are refused", () => {
  const without = (pattern: RegExp) => tensors.filter(({ name }) => !pattern.test(name));

  it("if a tensor is missing", async () => {
    await refused(without(/running_var/)).toMatchObject({
      code: "CONFIG",
      message: expect.stringContaining(
        "Expected `batchNorm2d_0.running_var` of the shape [4], but there is none.",
      ),
    });
  });

  it("if a tensor is not the model's, in a known or an unknown layer", async () => {
    for (const name of ["conv2d_0.bias", "dense_7.weight"])
      await refused([...tensors, { name, shape: [4], values: new Float32Array(4) }]).toMatchObject({
        code: "CONFIG",
        message: expect.stringContaining(`They contain \`${name}\`, which the model does not have.`),
      });
  });

  it("if numbers are not float32", async () => {
    const path = join(folder, "wide.safetensors");
    const stored = tensors.map(({ name, shape }) => ({
      name,
      shape,
      ...(name === "dense_0.bias" && { type: "F64" as const }),
    }));
    await writeSafetensors(
      path,
      stored,
      async function* () {
        for (const { name, values } of tensors)
          yield name === "dense_0.bias" ? new Float32Array(2 * values.length) : values;
      },
      {},
    );
    await refused(path).toMatchObject({
      code: "CONFIG",
      message: expect.stringContaining("Expected float32 numbers (F32) for `dense_0.bias`, found F64."),
    });
  });

  it("if tensors have other lengths than their shapes", () =>
    refused([{ name: "conv2d_0.weight", shape: [4, 1, 3, 3], values: new Float32Array(35) }]).toMatchObject({
      code: "CONFIG",
      path: "initialWeights[0]",
    }));

  it("if two tensors have one name", () =>
    refused([...tensors, tensors[0]]).toMatchObject({
      code: "CONFIG",
      path: "initialWeights",
      message: "`initialWeights` contains two tensors of one name. Omit one of them.",
    }));

  it("if `names` leads to a tensor of another shape, with both names", () =>
    refused({ from: tensors, names: { conv2d_0: "dense_0" } }).toMatchObject({
      code: "CONFIG",
      message: expect.stringContaining(
        "for `dense_0.weight` (`conv2d_0.weight` in the model), found [3, 100]. ",
      ),
    }));

  it("if their checksum is another one", async () => {
    const sha256 = "0".repeat(64);
    await refused({ from: saved, sha256 }).toMatchObject({
      code: "CONFIG",
      path: "initialWeights.sha256",
      message: expect.stringContaining(`but \`initialWeights.sha256\` is ${sha256}`),
    });
  });

  it("if a result says that they were in memory", () =>
    refused({ from: "in-memory" }).toMatchObject({
      code: "CONFIG",
      message: expect.stringContaining("pass them again, from a program"),
    }));

  it("if the file is a checkpoint, is missing or is damaged", async () => {
    const path = join(folder, "run.safetensors");
    (await train({ ...task, checkpoint: { path } })).model.dispose();
    await refused(path).toMatchObject({
      code: "FILE",
      message: expect.stringContaining("it is a checkpoint"),
    });
    await refused(join(folder, "none.safetensors")).toMatchObject({ code: "FILE" });
    const damaged = join(folder, "damaged.safetensors");
    const file = await openSafetensors(saved);
    const all = [...file.tensors.values()].map(({ name, shape }) => ({ name, shape }));
    const sha256 = file.metadata.get("sha256")!;
    await file.close();
    await writeSafetensors(
      damaged,
      all,
      async function* () {
        for (const { values } of tensors) yield values.map((value) => value + 1);
      },
      { sha256 },
    );
    await refused(damaged).toMatchObject({ code: "FILE", message: expect.stringContaining("checksum") });
  });

  it("if the file is replaced between planning and training", async () => {
    const path = join(folder, "replaced.safetensors");
    await first.model.save(path);
    const { loadWeights } = await import("../../../src/training/weights/load-weights.js");
    const weights = await loadWeights(path);
    const anew = await train({ ...task, epochs: 0 });
    await anew.model.save(path);
    anew.model.dispose();
    await expect(weights.open()).rejects.toMatchObject({
      code: "FILE",
      path,
      message: `${path} has changed since its weights were checked. Run again, from a copy that nothing writes to.`,
    });
  });

  it("if the model is disposed", async () => {
    const { model } = await train({ ...task, epochs: 0 });
    model.dispose();
    await refused(model).toMatchObject({ code: "DISPOSED" });
  });
});
