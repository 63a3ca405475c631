import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { earlyStoppingSchema, startEarlyStopping } from "../../src/config/early-stopping.js";
import { train } from "../../src/index.js";
import { parse } from "../../src/validation/parse.js";
import { bands, smallModel } from "../small-task.js";

/** The output of test/golden/early_stopping.py. */
const golden: {
  losses: number[];
  accuracies: number[];
  cases: {
    settings: { monitor?: string };
    outcome: { epochs: number; stoppedEarly: boolean; bestEpoch: number | null };
  }[];
} = JSON.parse(readFileSync(new URL("../golden/schedules/earlyStopping.json", import.meta.url), "utf8"));

const settings = (given: object) => parse(earlyStoppingSchema, given, "early stopping");

/** Applies early stopping to the golden file's losses and accuracies. */
function outcome(given: object, part: "train" | "validation") {
  const earlyStopping = startEarlyStopping(settings(given));
  let bestEpoch: number | null = null;
  for (const [i, loss] of golden.losses.entries()) {
    const [epoch, measured] = [i + 1, { loss, accuracy: golden.accuracies[i]! }];
    const nothing = { loss: 0, accuracy: 0, negativeLogLikelihood: 0, calibrationError: 0 };
    const verdict = earlyStopping({ epoch, train: nothing, validation: nothing, [part]: measured });
    if (verdict === "best") bestEpoch = epoch;
    if (verdict === "stop") return { epochs: epoch, stoppedEarly: true, bestEpoch };
  }
  return { epochs: golden.losses.length, stoppedEarly: false, bestEpoch };
}

describe("early stopping", () => {
  it.each(golden.cases)("ends as Keras' with $settings", ({ settings: given, outcome: expected }) => {
    for (const part of ["validation", "train"] as const) {
      const monitor = `${part}.${given.monitor ?? "loss"}`;
      expect(outcome({ ...given, monitor }, part)).toEqual(expected);
    }
  });

  it("monitors the validation loss by default", () => {
    expect(settings({})).toEqual({
      monitor: "validation.loss",
      mode: "auto",
      patience: 0,
      minDelta: 0,
      startFromEpoch: 0,
    });
  });

  it.each([
    [{ monitor: "validation.los" }, 'got "validation.los" (string). Did you mean "validation.loss"?'],
    [{ patience: -1 }, "Expected a whole number of at least 0 for `patience`, got -1 (number)."],
    [{ patiens: 1 }, 'Unknown key `patiens`. Did you mean "patience"?'],
  ])("rejects %j", (given, message) => {
    expect(() => settings(given)).toThrow(message);
  });
});

describe("a run that stops early", async () => {
  const dataset = await bands();
  // After epoch 2, steps go up the gradient, so later epochs are worse.
  const task = {
    dataset: { ...dataset, test: { images: dataset.images, labels: dataset.labels, count: dataset.count } },
    model: smallModel,
    batchSize: 16,
    epochs: 8,
    optimizer: {
      name: "turning",
      formula: "theta = theta - where(t <= 12, learningRate, -learningRate) * g",
    },
    schedule: { name: "piecewise", boundaryEpochs: [2], values: [0.02, 0.05] },
  } as const;

  it("ends with the weights of its best epoch, is tested with them, and records this", async () => {
    const run = await train({ ...task, earlyStopping: { patience: 2 } });
    expect(run).toMatchObject({ status: "completed", bestEpoch: 2, stoppedEarly: true });
    expect(run.history.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3, 4]);
    const short = await train({ ...task, epochs: 2 });
    expect(run.parametersSha256).toEqual(short.parametersSha256);
    expect(run.test).toEqual(short.test);
    expect(run.record).toMatchObject({ bestEpoch: 2, stoppedEarly: true });
    expect(short).not.toHaveProperty("bestEpoch");
  });

  it("restores the best weights also if it completes, diverges or is cancelled", async () => {
    const best = (await train({ ...task, epochs: 2 })).parametersSha256.final;
    const whole = await train({ ...task, epochs: 3, earlyStopping: { patience: 9 } });
    expect(whole).toMatchObject({ status: "completed", bestEpoch: 2, stoppedEarly: false });
    expect(whole.parametersSha256.final).toBe(best);

    const schedule = { ...task.schedule, values: [0.02, 1e30] };
    const diverged = await train({ ...task, schedule, earlyStopping: { patience: 9 } });
    expect(diverged).toMatchObject({ status: "diverged", bestEpoch: 2, stoppedEarly: false });
    expect(diverged.parametersSha256.final).toBe(best);

    const controller = new AbortController();
    const cancelled = await train({
      ...task,
      earlyStopping: { patience: 9 },
      signal: controller.signal,
      onEpoch: ({ epoch }) => void (epoch === 3 && controller.abort()),
    });
    expect(cancelled).toMatchObject({ status: "cancelled", bestEpoch: 2, stoppedEarly: false });
    expect(cancelled.parametersSha256.final).toBe(best);
  });

  it("has no best epoch if it monitored none", async () => {
    const run = await train({ ...task, epochs: 1, earlyStopping: { startFromEpoch: 4 } });
    expect(run.stoppedEarly).toBe(false);
    expect(run).not.toHaveProperty("bestEpoch");
    expect(run.config.earlyStopping).toMatchObject({ startFromEpoch: 4, patience: 0 });
  });
});
