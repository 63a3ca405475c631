import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { TrainConfig } from "../../../src/config/train-config.js";
import { type Run, type TrainCallbacks, train } from "../../../src/index.js";
import type { GRADIENT_TRANSFORMS } from "../../../src/optimizers/gradient-transforms.js";
import { OPTIMIZER_NAMES } from "../../../src/optimizers/optimizers.js";
import { SCHEDULE_NAMES } from "../../../src/schedules/schedules.js";
import { measured } from "../../../src/study/measured.js";
import { bands, smallModel } from "../../small-task.js";

const folder = mkdtempSync(join(tmpdir(), "optimbench-"));
afterAll(() => rmSync(folder, { recursive: true }));

const dataset = await bands();
const EPOCHS = 3;
const task = { dataset, model: smallModel, batchSize: 16, epochs: EPOCHS, threads: 1 } as const;
type Config = TrainConfig & TrainCallbacks;

/** Everything that a resumed run must have in common with an uninterrupted one. */
async function resultOf({ record, model }: Run) {
  const tensors = Object.fromEntries((await model.parameters()).map(({ name, values }) => [name, values]));
  model.dispose();
  return { ...measured(record), tensors };
}

let files = 0;
const newFile = () => join(folder, `${++files}.safetensors`);

/** Trains to the end, but aborts after each epoch, at once or within the next one, and goes on from the file. */
async function runInterrupted(config: TrainConfig, when: "between" | "within"): Promise<Run> {
  const path = newFile();
  for (let attempt = 0; ; attempt++) {
    const controller = new AbortController();
    const abort = () => controller.abort();
    const run = await train({
      ...config,
      checkpoint: { path, everyEpochs: 1000, resume: true },
      signal: controller.signal,
      onEpoch: () => (when === "between" ? abort() : void setImmediate(abort)),
    } satisfies Config);
    expect(run.resumedAt ?? []).toHaveLength(attempt);
    if (!controller.signal.aborted) return run; // it had nothing left to train
    run.model.dispose();
  }
}

async function checkResume(config: TrainConfig): Promise<void> {
  const whole = await resultOf(await train(config));
  for (const when of ["between", "within"] as const)
    expect(await resultOf(await runInterrupted(config, when)), when).toEqual(whole);
}

const transforms = {
  l2: 1e-3,
  decoupledWeightDecay: 1e-3,
  clipValue: 1e-3,
  clipNorm: 0.1,
  globalClipNorm: 0.1,
  weightAverage: 0.9,
} as const satisfies Record<keyof typeof GRADIENT_TRANSFORMS, number>;

const schedules: Partial<Record<(typeof SCHEDULE_NAMES)[number], object>> = {
  reduceOnPlateau: { patience: 1, minDelta: 1, cooldown: 1 },
  step: { stepSize: 1 },
  exponential: { decaySteps: 3, decayRate: 0.9 },
  piecewise: { boundaries: [8, 14], values: [0.01, 0.005, 0.001] },
};

describe("a resumed run has the bits of an uninterrupted one", () => {
  const semantics = ["keras3", "keras2", "pytorch"] as const;
  it.each(OPTIMIZER_NAMES.flatMap((name) => semantics.map((each) => [name, each] as const)))(
    "with optimizer %s of %s",
    (name, each) => checkResume({ ...task, optimizer: name, semantics: each }),
  );

  it.each(Object.entries(transforms))("with gradient transform %s", (name, value) =>
    checkResume({ ...task, optimizer: { name: "adam", [name]: value } }),
  );

  it.each(SCHEDULE_NAMES)("with schedule %s", (name) =>
    checkResume({
      ...task,
      optimizer: { name: "sgd", momentum: 0.9, learningRate: 0.01 },
      schedule: { name, warmUpEpochs: 1.5, warmUpFrom: 0.1, ...schedules[name] } as never,
    }),
  );

  it("with a schedule of the momentum", () =>
    checkResume({
      ...task,
      optimizer: { name: "sgd", momentum: 0.9 },
      schedule: { name: "oneCycle", baseMomentum: 0.8, maxMomentum: 0.95 },
    }));

  it("with a custom optimizer and a custom schedule", () =>
    checkResume({
      ...task,
      optimizer: {
        name: "mine",
        formula: "m = 0.9 * m + g; k = k + 1; theta = theta - learningRate * m / k",
      },
      schedule: { name: "halved", formula: "learningRate / (1 + step)" },
    }));

  it.each([
    { name: "that continues", patience: 10, monitor: "validation.accuracy" },
    { name: "that stops", patience: 1, minDelta: 10 },
    { name: "of averaged weights", patience: 1, minDelta: 10, weightAverage: 0.9 },
  ] as const)("with early stopping $name", ({ name: _, weightAverage, ...earlyStopping }) =>
    checkResume({
      ...task,
      model: { layers: [{ type: "batchNorm2d" }, ...smallModel.layers] },
      optimizer: { name: "adam", ...(weightAverage && { weightAverage }) },
      earlyStopping,
    }),
  );

  it.each<[string, TrainConfig]>([
    [
      "augmentation",
      { augmentation: { shift: 2, rotation: 10, scale: 0.1, elastic: { alpha: 2, sigma: 2 } } },
    ],
    ["accumulated gradients", { gradientAccumulation: 3 }],
    ["one batch per epoch", { batchSize: 1000 }],
    ["standardised images", { standardise: true }],
    ["untimed steps", { untimedSteps: false }],
    ["a run of no epochs", { epochs: 0 }],
    [
      "dropout and batch normalisation",
      {
        model: {
          layers: [
            smallModel.layers[0],
            { type: "batchNorm2d" },
            { type: "spatialDropout2d", rate: 0.2 },
            ...smallModel.layers.slice(1),
          ],
        },
      },
    ],
  ])("with %s", (_, config) => checkResume({ ...task, ...config }));

  it("if it diverged", async () => {
    const config = { ...task, optimizer: { name: "sgd", learningRate: 1e30 } } as const;
    const path = newFile();
    const diverged = await resultOf(await train({ ...config, checkpoint: { path } }));
    expect(diverged.status).toBe("diverged");
    expect(await resultOf(await train({ ...config, checkpoint: { path, resume: true } }))).toEqual(diverged);
  });

  it("if it had ended", async () => {
    const path = newFile();
    const whole = await resultOf(await train({ ...task, checkpoint: { path } }));
    const epochs: number[] = [];
    const again = await train({
      ...task,
      checkpoint: { path, resume: true },
      onEpoch: ({ epoch }) => void epochs.push(epoch),
    });
    expect(await resultOf(again)).toEqual(whole);
    expect(epochs).toEqual([]); // nothing was trained again
  });

  it("if it pauses for a checkpoint in the middle of its epochs", async () => {
    const config = { ...task, batchSize: 2, optimizer: "adam", earlyStopping: { patience: 1 } } as const;
    const whole = await resultOf(await train(config));
    const paused = await train({ ...config, checkpoint: { path: newFile(), everyMinutes: 1e-6 } });
    expect(await resultOf(paused)).toEqual(whole);
  });

  it("with another number of threads", async () => {
    const whole = await resultOf(await train(task));
    const path = newFile();
    const controller = new AbortController();
    const checkpoint = { path, resume: true };
    const onEpoch = ({ epoch }: { epoch: number }) => (epoch === 2 ? controller.abort() : undefined);
    (await train({ ...task, checkpoint, signal: controller.signal, onEpoch })).model.dispose();
    expect(await resultOf(await train({ ...task, threads: 3, checkpoint }))).toEqual(whole);
  });
});
