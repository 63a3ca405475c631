import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { TrainConfig } from "../../src/config/train-config.js";
import { train } from "../../src/index.js";
import { bands, smallModel } from "../small-task.js";

const dataset = await bands();
const task = {
  dataset,
  model: smallModel,
  batchSize: 16,
  epochs: 4,
  optimizer: { name: "adam", learningRate: 0.01 },
} as const;

describe("a run", () => {
  it("serialises as its record without the model", async () => {
    const run = await train({ ...task, epochs: 1 });
    expect(JSON.parse(JSON.stringify(run))).toEqual(run.record);
    expect(Object.keys(run)).not.toContain("model");
  });

  it("passes the momentum of each step to the optimizer", async () => {
    const weights = async (optimizer: TrainConfig["optimizer"], schedule: TrainConfig["schedule"]) =>
      (await train({ ...task, epochs: 2, optimizer, schedule })).parametersSha256.final;
    const cycle = (baseMomentum: number, maxMomentum: number) =>
      ({ name: "oneCycle", baseMomentum, maxMomentum }) as const;
    for (const optimizer of [
      { name: "sgd", momentum: 0.9, learningRate: 0.1 },
      { name: "adam", beta1: 0.9 },
      {
        name: "mine",
        formula: "m = momentum * m + g; theta = theta - learningRate * m",
        hyperparameters: { momentum: 0.9 },
      },
    ] as const) {
      const constant = await weights(optimizer, "oneCycle");
      expect(await weights(optimizer, cycle(0.9, 0.9))).toBe(constant);
      expect(await weights(optimizer, cycle(0.8, 0.95))).not.toBe(constant);
    }
    await expect(train({ ...task, optimizer: "sgd", schedule: cycle(0.8, 0.9) })).rejects.toThrow(
      "`schedule` changes the momentum, but `optimizer` (sgd) has none.",
    );
    await expect(train({ ...task, schedule: { name: "oneCycle", baseMomentum: 0.8 } })).rejects.toThrow(
      "Set both or neither",
    );
  });

  it("evaluates, predicts and saves with the optimizer's evaluation weights", async () => {
    const { history, model } = await train({
      ...task,
      epochs: 2,
      optimizer: { name: "zero", formula: "theta = theta - learningRate * g; evaluation = 0 * theta" },
    });
    expect(history[0]!.validation.loss).not.toBeCloseTo(Math.log(3), 6); // the initial weights
    expect(history[2]!.validation.loss).toBeCloseTo(Math.log(3), 6); // all alike
    expect(history[2]!.train.loss).not.toBeCloseTo(Math.log(3), 3); // trained with theta itself
    const probabilities = await model.predict(dataset.images.subarray(0, 144));
    for (const each of probabilities) expect(each).toBeCloseTo(1 / 3, 6);
    expect((await model.parameters()).every(({ values }) => values.every((value) => value === 0))).toBe(true);
    model.dispose();
  });

  it("predicts probabilities for each image", async () => {
    const { model } = await train(task);
    const probabilities = await model.predict(dataset.images.subarray(0, 10 * 144));
    expect(probabilities).toHaveLength(30);
    for (let i = 0; i < 10; i++) {
      const row = [...probabilities.subarray(3 * i, 3 * i + 3)];
      expect(row.reduce((sum, value) => sum + value)).toBeCloseTo(1, 5);
      expect(row.indexOf(Math.max(...row))).toBe(dataset.labels[i]);
    }
    await expect(model.predict(new Uint8Array(145))).rejects.toThrow(
      "Expected a Uint8Array of n x 144 bytes for `images`, got 145 bytes.",
    );
    await expect(model.predict([1, 2] as never)).rejects.toThrow("got [1,2] (list)");
    model.dispose();
    model.dispose();
    await expect(model.predict(new Uint8Array(144))).rejects.toMatchObject({
      code: "DISPOSED",
      message: expect.stringMatching(/^The model was used after `dispose\(\)`\./),
    });
  });

  it("rejects a prediction during which it was disposed", async () => {
    const { model } = await train(task);
    const predicted = model.predict(new Uint8Array(144 * 20_000));
    model.dispose();
    await expect(predicted).rejects.toMatchObject({ code: "DISPOSED" });
  });

  it("includes running statistics in its parameters", async () => {
    const { layers } = smallModel;
    const model = { layers: [{ type: "batchNorm2d" }, ...layers] } as const;
    const parameters = async (epochs: number) => {
      using trained = (await train({ ...task, model, epochs })).model;
      return Object.fromEntries((await trained.parameters()).map(({ name, values }) => [name, values]));
    };
    const [before, after] = [await parameters(0), await parameters(2)];
    expect(Object.keys(after)).toEqual(
      ["batchNorm2d_0.weight", "batchNorm2d_0.bias", "conv2d_0.weight", "conv2d_0.bias"].concat([
        "dense_0.weight",
        "dense_0.bias",
        "batchNorm2d_0.running_mean",
        "batchNorm2d_0.running_var",
      ]),
    );
    expect([...before["batchNorm2d_0.running_mean"]!]).toEqual([0]);
    expect([...before["batchNorm2d_0.running_var"]!]).toEqual([1]);
    const pixels = dataset.images.reduce((sum, value) => sum + value / 255, 0) / dataset.images.length;
    const kept = 0.99 ** 12; // of the initial value, after 6 steps per epoch
    expect(after["batchNorm2d_0.running_mean"]![0]! / (1 - kept)).toBeCloseTo(pixels, 1);
    expect(after["batchNorm2d_0.running_var"]![0]).toBeLessThan(1);
  });

  it("saves its weights as safetensors, in PyTorch's layout", async () => {
    const folder = mkdtempSync(join(tmpdir(), "optimbench-"));
    try {
      const { model, config } = await train({ ...task, epochs: 1 });
      const path = join(folder, "weights.safetensors");
      await model.save(path);
      const bytes = readFileSync(path);
      const length = Number(bytes.readBigUInt64LE(0));
      const header = JSON.parse(bytes.toString("utf8", 8, 8 + length));
      expect(JSON.parse(header.__metadata__.config)).toEqual(JSON.parse(JSON.stringify(config)));
      expect(header["conv2d_0.weight"]).toEqual({
        dtype: "F32",
        shape: [4, 1, 3, 3],
        data_offsets: [0, 144],
      });
      expect(header["dense_0.weight"].shape).toEqual([3, 100]);
      const [start] = header["dense_0.bias"].data_offsets;
      const bias = (await model.parameters()).find(({ name }) => name === "dense_0.bias")!.values;
      expect([0, 1, 2].map((i) => bytes.readFloatLE(8 + length + start + 4 * i))).toEqual([...bias]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
