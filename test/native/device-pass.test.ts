import { setTimeout } from "node:timers/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { loadNative } from "../../src/native/addon.js";
import { OPTIMIZER_NAMES } from "../../src/optimizers/optimizers.js";
import { GPU } from "../simulated-gpu.js";
import {
  checkClose,
  checkDevice,
  data,
  LAYERS,
  makeDataset,
  makeSession,
  type NativeDataset,
  type NativeSession,
  type Options,
  passOf,
  runOn,
  takingSteps,
  withDropout,
} from "./device-runs.js";
import { input, lossOf } from "./tiny-session.js";

vi.mock(import("../../src/install/runtime-libraries.js"), async (original) =>
  (await import("../simulated-gpu.js")).simulatedGpu(original),
);

afterEach(() => void vi.unstubAllEnvs());

const { Dataset } = loadNative();

describe("steps on a device", () => {
  const cases = OPTIMIZER_NAMES.filter((name) => name !== "muon").flatMap((name) =>
    (["keras3", "pytorch"] as const).map((semantics) => [name, semantics] as const),
  );
  it.each(cases)(
    "%s of %s: recorded and unrecorded bits are equal, and close to the CPU",
    (name, semantics) =>
      // Keras' Adafactor underflows if a unit is dead, and a device continues to the end of the pass.
      checkDevice({ optimizer: name === "adafactor" ? { name, epsilon1: 1e-3 } : name, semantics }),
  );

  // If a formula asks for the number of rows, a host number meets a device number, which rounds differently.
  it.each(["keras3", "pytorch"] as const)(
    "muon of %s: close to the CPU, recorded or not",
    async (semantics) => {
      const options = { optimizer: "muon", semantics, passes: 1 } as const;
      const [recorded, onCpu] = [await runOn(GPU, options), await runOn("cpu", options)];
      expect(recorded.said).toEqual(["recorded"]);
      checkClose(options, recorded, onCpu);
      checkClose(options, await takingSteps("plain", () => runOn(GPU, options)), onCpu);
    },
  );

  it.each<[string, Options]>([
    [
      "with weight decay, clipping and averaged weights",
      {
        optimizer: {
          name: "adam",
          decoupledWeightDecay: 0.1,
          globalClipNorm: 0.5,
          weightAverage: 0.9,
        },
      },
    ],
    ["with a formula without numbers", { optimizer: { name: "mine", formula: "theta = theta - 0.01 * g" } }],
    ["with a changing momentum", { optimizer: { name: "sgd", momentum: 0.9 }, changing: ["momentum"] }],
    ["with accumulated gradients", { accumulation: 2 }],
    ["with a smaller last group", { accumulation: 3 }],
    ["in several micro-batches", { microBatch: 3 }],
    ["with dropout", { model: withDropout }],
    ["with dropout in several micro-batches", { model: withDropout, microBatch: 3 }],
    ["with dropout and accumulated gradients", { model: withDropout, accumulation: 2 }],
    [
      "with a state that becomes a vector in the second step",
      {
        optimizer: {
          name: "mine",
          formula: `
            parameters: {
              theta = theta - learningRate * (g + late)
              late = early
              early = where(t == 2, theta, 0)
            }
          `,
          state: { early: 0, late: 0 },
        },
      },
    ],
    [
      "with a formula that assigns numbers",
      {
        optimizer: {
          name: "mine",
          formula: `
            m = 0.5 * m + g; theta = theta - learningRate * m; m = 0; g = 2
            parameters: { theta = theta - learningRate * g }
          `,
        },
      },
    ],
    [
      "with batch normalisation",
      {
        microBatch: 64,
        model: [LAYERS[0]!, { type: "batchNorm2d" }, ...LAYERS.slice(1)],
      },
    ],
  ])("recorded and unrecorded bits are equal, and close to the CPU, %s", (_, options) =>
    checkDevice(options),
  );

  it("are not recorded if the host distorts the images, and say so", () =>
    checkDevice({ augmentation: { shift: 2, rotation: 10, scale: 0, elastic: { alpha: 3, sigma: 1 } } }, [
      "not recorded: augmentation distorts the images on the host",
    ]));

  it("run one by one if the device cannot record, and say why", async () => {
    vi.stubEnv("SIMULATED_DEVICE_REFUSES", "1");
    await checkDevice({ model: withDropout }, ["not recorded: the simulated device refuses to record"]);
  });

  it("are recorded after the device has released cached memory", async () => {
    vi.stubEnv("SIMULATED_DEVICE_FULL", "1");
    await checkDevice({});
  });

  it("leave the state of the completed steps if one fails", async () => {
    const loss = lossOf([input("z")], 0); // one number per class
    const session = await makeSession(GPU, { loss });
    const dataset = makeDataset(GPU);
    const before = session.readState();
    await expect(session.train(dataset, passOf(1, {}))).rejects.toThrow(/one number per sample/);
    expect(session.readState()).toEqual(before);
    await session.dispose();
  });

  it("are not recorded if OPTIMBENCH_STEP=eager, nor on the CPU", async () => {
    const options = { model: withDropout };
    const { said: _, ...recorded } = await runOn(GPU, options);
    const eager = await takingSteps("eager", () => runOn(GPU, options));
    expect(eager).toEqual({ ...recorded, said: ["not recorded: OPTIMBENCH_STEP=eager"] });
    const onCpu = await takingSteps("eager", () => runOn("cpu", options));
    expect(onCpu.said).toEqual(eager.said);
    checkClose(options, onCpu, await runOn("cpu", options));
    vi.stubEnv("OPTIMBENCH_STEP", "grph");
    await expect(makeSession(GPU, {})).rejects.toThrow(
      "OPTIMBENCH_STEP is 'grph'; it can be plain, eager or graph",
    );
  });

  it.each<[string, (session: NativeSession, dataset: NativeDataset) => Promise<unknown>]>([
    ["a state", () => Promise.resolve()],
    [
      "a shorter pass",
      (session, dataset) =>
        session.train(dataset, {
          ...passOf(9, {}),
          order: Uint32Array.from({ length: 24 }, (_, i) => i),
          learningRates: Float64Array.of(0.1, 0.2, 0.3),
        }),
    ],
    [
      "another dataset",
      (session) =>
        session.train(new Dataset({ ...data, images: data.images.toReversed(), device: GPU }), passOf(9, {})),
    ],
  ])("continue from %s", async (_, before) => {
    const whole = await runOn(GPU, { optimizer: "nadam" });
    const [first, second] = await Promise.all([
      makeSession(GPU, { optimizer: "nadam" }),
      makeSession(GPU, { optimizer: "nadam" }),
    ]);
    const dataset = makeDataset(GPU);
    await first.train(dataset, passOf(1, {}));
    await before(second, dataset);
    second.writeState(first.readState());
    for (const epoch of [2, 3]) await second.train(dataset, passOf(epoch, {}));
    expect(second.readState()).toEqual(whole.state);
    await Promise.all([first, second].map((session) => session.dispose()));
  });

  it("end at a cancellation with the state of the completed steps", async () => {
    const optimizer = "nadam"; // has a scalar state, which the host computes ahead
    const one = (session: NativeSession, dataset: NativeDataset, steps: number) =>
      session.train(dataset, {
        ...passOf(1, {}),
        order: Uint32Array.from({ length: 8 * steps }, (_, i) => i % data.labels.length),
        learningRates: new Float64Array(steps).fill(0.01),
      });
    const dataset = makeDataset(GPU);
    const cancelled = await makeSession(GPU, { optimizer });
    // Nothing signals that the first step is done, so the cancellation is delayed further until it is.
    let steps = 0;
    for (let wait = 10; steps === 0; wait *= 2) {
      const work = one(cancelled, dataset, 100_000);
      await setTimeout(wait);
      cancelled.cancel();
      const measured = await work;
      expect(measured.status).toBe("cancelled");
      steps = measured.steps;
    }
    const whole = await makeSession(GPU, { optimizer });
    await one(whole, dataset, steps);
    expect(cancelled.readState()).toEqual(whole.readState());
    await cancelled.dispose();
    await whole.dispose();
  });

  it("of several sessions run side by side, each with its own stream and recording", async () => {
    const optimizers = ["adam", "sgd", "rmsprop", "nadam"] as const; // as many as the device has streams
    const alone = [];
    for (const optimizer of optimizers) alone.push(await runOn("simulated:1", { optimizer, passes: 20 }));
    const together = await Promise.all(
      optimizers.map((optimizer) => runOn("simulated:1", { optimizer, passes: 20 })),
    );
    expect(together.map(({ said }) => said)).toEqual(optimizers.map(() => ["recorded"]));
    expect(together.map(({ state }) => state)).toEqual(alone.map(({ state }) => state));
  });

  it("are recorded while unrecorded sessions are always busy", async () => {
    const holders = await Promise.all(Array.from({ length: 4 }, () => makeSession(GPU, {}))); // of all streams
    const others = await Promise.all(Array.from({ length: 3 }, () => makeSession(GPU, {})));
    const dataset = makeDataset(GPU);
    const steps = 20_000;
    const work = others.map((other) =>
      other.train(dataset, {
        ...passOf(1, {}),
        order: Uint32Array.from({ length: 8 * steps }, (_, i) => i % data.labels.length),
        learningRates: new Float64Array(steps).fill(0.01),
      }),
    );
    const { stepGraph } = await holders[0]!.train(dataset, passOf(1, {}));
    expect(stepGraph).toBe("recorded");
    for (const other of others) other.cancel();
    expect((await Promise.all(work)).map(({ status }) => status)).toEqual(Array(3).fill("cancelled"));
    await Promise.all([...holders, ...others].map((session) => session.dispose()));
  });

  it("are not recorded on a stream that another session uses", async () => {
    const holders = await Promise.all(Array.from({ length: 4 }, () => makeSession(GPU, {})));
    await checkDevice({}, ["not recorded: other sessions use all of the device's streams"]);
    for (const holder of holders.slice(1)) await holder.dispose();
    await checkDevice({ passes: 1 });
    await checkDevice({ passes: 1 });
    await checkDevice({ passes: 1 });
    await holders[0]!.dispose();
  });
});
