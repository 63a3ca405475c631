import { describe, expect, it, vi } from "vitest";
import type { NativeSession } from "../../src/native/addon.js";
import { GPU } from "../simulated-gpu.js";
import { makeDataset, makeSession, type Options, passOf, runOn, withDropout } from "./device-runs.js";

vi.mock(import("../../src/install/runtime-libraries.js"), async (original) =>
  (await import("../simulated-gpu.js")).simulatedGpu(original),
);

/** Gives one session the state of another, through vectors of floats. */
async function copyState(from: NativeSession, to: NativeSession): Promise<void> {
  for (const { name: vector, length } of from.vectors()) {
    const values = new Float32Array(length);
    await from.read({ vector, offset: 0, into: values });
    const half = Math.floor(length / 2);
    for (const [offset, end] of [
      [0, half],
      [half, length],
    ] as const)
      await to.write({ vector, offset, from: values.slice(offset, end) });
  }
}

/** Trains as `runOn` does, but cancels each pass after every update, and goes on in a new session. */
async function runInterrupted(device: string, options: Options) {
  let session = await makeSession(device, options);
  const dataset = makeDataset(device);
  const passes = [];
  let parts = 0;
  for (let epoch = 1; epoch <= 3; epoch++) {
    const pass = passOf(epoch, options);
    for (let done = { updates: 0, loss: 0, correct: 0 }; done.updates < pass.learningRates.length; parts++) {
      const busy = session.predict(new Uint8Array(36 * 100_000)).catch(() => {}); // so that the pass has not begun
      const training = session.train(dataset, { ...pass, done, wholeUpdates: true });
      session.cancel();
      await busy;
      const { steps, loss, correct, samples, status } = await training;
      const isLast = steps === pass.learningRates.length;
      expect(steps).toBe(done.updates + 1); // no more than the one in progress
      expect(status).toBe(isLast ? "completed" : "cancelled");
      if (isLast) passes.push({ loss, correct, samples, steps, status });
      done = { updates: steps, loss, correct };
      const next = await makeSession(device, options);
      await copyState(session, next);
      await session.dispose();
      session = next;
    }
  }
  const state = session.readState();
  await session.dispose();
  dataset.dispose();
  return { passes, state, parts };
}

describe.each(["cpu", GPU])("a pass on %s that is cancelled after each update", (device) => {
  it.each<[string, Options]>([
    ["momentum", {}],
    ["Adam with an average", { optimizer: { name: "adam", weightAverage: 0.9 } }],
    ["a state that is a number", { optimizer: "nadam" }],
    ["states of single parameters", { optimizer: "adafactor" }],
    ["accumulated gradients", { accumulation: 2 }],
    ["a changing momentum", { changing: ["momentum"] }],
    ["dropout", { model: withDropout }],
    ["batch normalisation", { model: [{ type: "batchNorm2d" }, ...withDropout] }],
    ["augmentation", { augmentation: { shift: 1, rotation: 10, scale: 0.1 } }],
  ])("goes on in another session with the same bits: %s", async (_, options) => {
    const whole = await runOn(device, options);
    const { passes, state, parts } = await runInterrupted(device, options);
    expect(parts).toBeGreaterThan(6);
    expect({ passes, state }).toEqual({ passes: whole.passes, state: whole.state });
  });
});

describe("vectors of a session", () => {
  it("are everything that training changes, and the weights that were kept", async () => {
    const session = await makeSession("cpu", { optimizer: { name: "adam", weightAverage: 0.9 } });
    const names = () => session.vectors().map(({ name }) => name);
    const own = ["parameters", "statistics", "evaluation", "optimizer.m", "optimizer.v", "optimizer.average"];
    expect(names()).toEqual([...own, "step"]);
    await session.keep();
    expect(names()).toEqual([...own, "step", "kept.parameters", "kept.statistics", "kept.evaluation"]);
    await session.dispose();
  });

  it("are written only where they fit", async () => {
    const session = await makeSession("cpu", {});
    const write = (vector: string, offset: number, length: number) =>
      session.write({ vector, offset, from: new Float32Array(length) });
    const { length } = session.vectors()[0]!;
    await expect(write("parameters", length - 1, 2)).rejects.toThrow("are out of range");
    await expect(write("gradient", 0, 1)).rejects.toThrow("the session has no vector 'gradient'");
    await session.dispose();
  });
});

it("rejects a pass that goes on beyond its end", async () => {
  const session = await makeSession("cpu", {});
  const dataset = makeDataset("cpu");
  const pass = passOf(1, {});
  const done = { updates: pass.learningRates.length, loss: 0, correct: 0 };
  expect(() => session.train(dataset, { ...pass, done })).toThrow(/`pass.done.updates`/);
  await session.dispose();
});
