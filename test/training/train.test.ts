import { describe, expect, it } from "vitest";
import type { EpochRecord } from "../../src/history/epoch-record.js";
import { type Run, train } from "../../src/index.js";
import { bands, smallModel } from "../small-task.js";

const dataset = await bands();
const task = {
  dataset,
  model: smallModel,
  batchSize: 16,
  epochs: 4,
  optimizer: { name: "adam", learningRate: 0.01 },
} as const;

/** The part of a run that must be reproducible. */
const numbers = ({ history, parametersSha256, status }: Run) => ({
  status,
  parametersSha256,
  history: history.map(({ seconds: _, ...epoch }) => epoch),
});

describe("train", () => {
  it("learns, and measures epoch 0 first", async () => {
    const run = await train(task);
    expect(run.status).toBe("completed");
    expect(run.history.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3, 4]);
    expect(run.history[0]!.train.loss).toBeCloseTo(Math.log(3), 0);
    expect(run.history[0]!.seconds.train).toBe(0);
    expect(run.history.at(-1)!.validation.accuracy).toBeGreaterThan(0.9);
    expect(run.seconds.train).toBeCloseTo(
      run.history.reduce((sum, { seconds }) => sum + seconds.train, 0),
      10,
    );
    expect(run.config.split).toEqual({ train: 96, validation: 24 });
    run.model.dispose();
  });

  it("gives the same bits for 1, 2 and 3 threads, with and without untimed steps", async () => {
    const runs = [
      await train({ ...task, threads: 1 }),
      await train({ ...task, threads: 2 }),
      await train({ ...task, threads: 3, untimedSteps: false }),
    ];
    expect(numbers(runs[1]!)).toEqual(numbers(runs[0]!));
    expect(numbers(runs[2]!)).toEqual(numbers(runs[0]!));
    expect(runs[2]!.seconds.untimedSteps).toBe(0);
    expect(runs[0]!.seconds.untimedSteps).toBeGreaterThan(0);
  });

  it("gives the same bits when several runs train at once", async () => {
    const alone = [await train({ ...task, seed: 1 }), await train({ ...task, seed: 2 })];
    const together = await Promise.all([train({ ...task, seed: 1 }), train({ ...task, seed: 2 })]);
    expect(together.map(numbers)).toEqual(alone.map(numbers));
    expect(numbers(alone[0]!)).not.toEqual(numbers(alone[1]!));
  });

  it("runs again from its own resolved config", async () => {
    const first = await train({
      ...task,
      schedule: "reduceOnPlateau",
      semantics: "pytorch",
      optimizer: "rmsprop",
    });
    const again = await train({ ...JSON.parse(JSON.stringify(first.config)), dataset });
    expect(again.config).toEqual(first.config);
    expect(numbers(again)).toEqual(numbers(first));
  });

  it("starts every optimizer of a seed from the same weights, and other seeds from others", async () => {
    const start = async (optimizer: "sgd" | "adagrad", seed: number) =>
      (await train({ ...task, optimizer, seed, epochs: 0 })).parametersSha256;
    const [sgd, adagrad, other] = [await start("sgd", 3), await start("adagrad", 3), await start("sgd", 4)];
    expect(sgd).toEqual(adagrad);
    expect(sgd.initial).toBe(sgd.final);
    expect(other.initial).not.toBe(sgd.initial);
  });

  it("draws initial weights as each framework does", async () => {
    const weights = async (semantics: "keras3" | "pytorch") => {
      const { model } = await train({ ...task, semantics, epochs: 0 });
      return Object.fromEntries((await model.parameters()).map(({ name, values }) => [name, values]));
    };
    const keras = await weights("keras3");
    const pytorch = await weights("pytorch");
    expect([...keras["dense_0.bias"]!]).toEqual([0, 0, 0]);
    const glorot = Math.sqrt(6 / (100 + 3));
    const largest = Math.max(...keras["dense_0.weight"]!.map(Math.abs));
    expect(largest).toBeLessThanOrEqual(glorot);
    expect(largest).toBeGreaterThan(0.9 * glorot);
    const kaiming = 1 / Math.sqrt(9);
    expect(Math.max(...pytorch["conv2d_0.weight"]!.map(Math.abs))).toBeLessThanOrEqual(kaiming);
    expect(pytorch["conv2d_0.bias"]!.every((value) => value !== 0 && Math.abs(value) <= kaiming)).toBe(true);
  });

  it("accepts any batch size, up to the training set and beyond, and keeps the last small batch", async () => {
    for (const batchSize of [1, 7, 96, 5000]) {
      const run = await train({ ...task, batchSize, epochs: 1, optimizer: "sgd" });
      expect(run.config.batchSize).toBe(Math.min(batchSize, 96));
      expect(run.history[1]!.train.loss).toBeGreaterThan(0);
    }
  });

  it("marks a run that diverges, and stops it", async () => {
    const run = await train({
      ...task,
      epochs: 50,
      optimizer: { name: "explode", formula: "theta = theta - learningRate * g * 1e30", learningRate: 1e30 },
    });
    expect(run.status).toBe("diverged");
    expect(run.history.length).toBe(2);
    expect(run.history.at(-1)!.validation.loss).toBeNull();
    expect(run.test).toBeUndefined();
  });

  it("lowers the rate on a plateau", async () => {
    const run = await train({
      ...task,
      epochs: 4,
      optimizer: { name: "sgd", learningRate: 0.5 },
      schedule: { name: "reduceOnPlateau", patience: 1, minDelta: 100 },
    });
    expect(run.history.map(({ learningRate }) => learningRate)).toEqual([0.5, 0.5, 0.5, 0.25, 0.125]);
  });

  it("changes the rate with each step, including the last, smaller batch", async () => {
    const theta = async (epochs: number) => {
      const run = await train({
        ...task,
        batchSize: 20, // 5 steps an epoch
        epochs,
        optimizer: { name: "fall", formula: "theta = theta - learningRate * (g == g)", learningRate: 0.5 },
        schedule: { name: "mine", formula: "learningRate / 2 ** step" },
      });
      const weights = (await run.model.parameters())[0]!.values;
      run.model.dispose();
      return { weight: weights[0]!, rates: run.history.map(({ learningRate }) => learningRate) };
    };
    const [before, after] = [await theta(0), await theta(2)];
    expect(before.weight - after.weight).toBeCloseTo(1 - 2 ** -10, 6);
    expect(after.rates).toEqual([0.5, 0.5, 0.5 / 2 ** 5]);
  });

  it.each(["scheduleFreeSgd", "scheduleFreeAdamw"] as const)(
    "computes averages with %s if the first rate is 0",
    async (name) => {
      const optimizer = { name, semantics: "author", learningRate: 0.05 } as const;
      const run = await train({ ...task, optimizer, schedule: { name: "constant", warmUpEpochs: 1 } });
      expect(run.history.map(({ learningRate }) => learningRate)).toEqual([0, 0, 0.05, 0.05, 0.05]);
      expect(run.history.at(-1)!.train.loss).toBeLessThan(run.history[0]!.train.loss! / 1.2);
      run.model.dispose();
    },
  );

  it("runs a loss and a custom optimizer", async () => {
    const own = await train({
      ...task,
      loss: { name: "mine", formula: "-sum(y * logSoftmax(z))" },
      optimizer: { name: "mine", formula: "theta = theta - learningRate * g", learningRate: 0.01 },
    });
    const builtIn = await train({ ...task, optimizer: "sgd" });
    expect(numbers(own)).toEqual(numbers(builtIn));
    expect(own.config.optimizer).toMatchObject({ name: "mine", semantics: "custom" });
  });
});

describe("a training run in progress", () => {
  it("reports each epoch to onEpoch, which it awaits, and to any number of iterations", async () => {
    const told: number[] = [];
    let inCall = 0;
    const training = train({
      ...task,
      async onEpoch({ epoch }) {
        expect(inCall++).toBe(0);
        if (epoch === 1) await train(task); // more epochs would be reported meanwhile, if onEpoch were not awaited
        inCall--;
        told.push(epoch);
      },
    });
    const iterate = async () => {
      const epochs: EpochRecord[] = [];
      for await (const epoch of training) epochs.push(epoch);
      return epochs;
    };
    const [early, run] = await Promise.all([iterate(), training]);
    expect(early).toEqual(run.history);
    expect(await iterate()).toEqual(run.history);
    expect(told).toEqual([0, 1, 2, 3, 4]);
  });

  it("ends within a step when the signal fires, and keeps its epochs", async () => {
    const controller = new AbortController();
    const run = await train({
      ...task,
      epochs: 100_000,
      signal: controller.signal,
      onEpoch: ({ epoch }) => {
        if (epoch === 2) setImmediate(() => controller.abort()); // after the next epoch has begun
      },
    });
    expect(run.status).toBe("cancelled");
    expect(run.history.map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
    expect(run.parametersSha256.final).not.toBe(run.parametersSha256.initial);
  });

  it("ends when the signal fires even if onEpoch never resolves", async () => {
    const controller = new AbortController();
    const run = await train({
      ...task,
      signal: controller.signal,
      onEpoch: ({ epoch }) => {
        if (epoch === 1) setImmediate(() => controller.abort());
        return epoch === 1 ? new Promise(() => {}) : undefined;
      },
    });
    expect(run).toMatchObject({ status: "cancelled", history: [{ epoch: 0 }, { epoch: 1 }] });
  });

  it("ignores an onEpoch that fails after the signal has fired", async () => {
    const controller = new AbortController();
    const late: (() => void)[] = [];
    const run = await train({
      ...task,
      signal: controller.signal,
      onEpoch: () => {
        controller.abort();
        return new Promise((_, reject) => late.push(() => reject(new Error("too late"))));
      },
    });
    for (const fail of late) fail();
    await new Promise(setImmediate); // an unhandled rejection would fail this test now
    expect(run).toMatchObject({ status: "cancelled", history: [{ epoch: 0 }] });
  });

  it("does nothing if the signal has already fired", async () => {
    const run = await train({ ...task, signal: AbortSignal.abort() });
    expect(run).toMatchObject({ status: "cancelled", history: [] });
    expect(run.parametersSha256.final).toBe(run.parametersSha256.initial);
  });

  it("rejects with the error of onEpoch, for await and for iteration", async () => {
    const failing = () =>
      train({
        ...task,
        onEpoch: () => {
          throw new RangeError("enough");
        },
      });
    await expect(failing()).rejects.toThrow(new RangeError("enough"));
    const iterate = async () => {
      for await (const { epoch } of failing()) expect(epoch).toBe(0);
    };
    await expect(iterate()).rejects.toThrow("enough");
  });

  it("rejects a config before anything runs", async () => {
    // @ts-expect-error: a misspelt key does not compile
    const training = train({ ...task, epoch: 3 });
    await expect(training).rejects.toMatchObject({ code: "CONFIG" });
    await expect(train({ ...task, device: "cuda:7" })).rejects.toThrow(
      /`device` is "cuda:7", which is not available; available devices: cpu\. No CUDA: \S/,
    );
  });
});
