import { expect, it, vi } from "vitest";
import { bench } from "../../src/bench/bench.js";
import { benchConfigSchema } from "../../src/bench/bench-config.js";
import { type CompareConfig, compareConfigSchema } from "../../src/config/compare-config.js";
import { trainConfigSchema } from "../../src/config/train-config.js";
import { parseNumberFormula } from "../../src/formula/number-formula.js";
import { parseLoss } from "../../src/formula/parse-loss.js";
import { parseUpdate } from "../../src/formula/parse-update.js";
import { train } from "../../src/index.js";
import { lowerModel } from "../../src/models/lower-model.js";
import { compare } from "../../src/study/compare.js";
import { parse } from "../../src/validation/parse.js";
import { bands, smallModel } from "../small-task.js";

/** The schemas of callers' configs. */
const CONFIGS: readonly unknown[] = [trainConfigSchema, compareConfigSchema, benchConfigSchema];

/** Wraps every function of a module to count its calls. */
const counted = vi.hoisted(() => async (original: () => Promise<object>) => {
  const entries = Object.entries(await original());
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === "function" ? vi.fn(value) : value]),
  );
});
vi.mock("../../src/formula/parse-loss.js", counted);
vi.mock("../../src/formula/number-formula.js", counted);
vi.mock("../../src/formula/parse-update.js", counted);
vi.mock("../../src/models/lower-model.js", counted);
vi.mock("../../src/validation/parse.js", counted);

/** How often each function is called during `work`. */
async function callsDuring(work: () => PromiseLike<unknown>) {
  vi.clearAllMocks();
  await work();
  const calls = (each: (...given: never[]) => unknown) => vi.mocked(each).mock.calls.length;
  return {
    configs: vi.mocked(parse).mock.calls.filter(([schema]) => CONFIGS.includes(schema)).length,
    models: calls(lowerModel),
    updates: calls(parseUpdate),
    losses: calls(parseLoss),
    schedules: calls(parseNumberFormula),
  };
}

const task = { model: smallModel, epochs: 1, threads: 1 } as const;
const schedule = { name: "mine", formula: "learningRate / (1 + step)" };

it("a run parses its config, lowers its model and compiles its formulas once", async () => {
  const dataset = await bands();
  const calls = await callsDuring(() => train({ ...task, dataset, schedule }));
  expect(calls).toEqual({ configs: 1, models: 1, updates: 1, losses: 1, schedules: 1 });
});

it("a schedule that changes the momentum adds no compilation", async () => {
  const dataset = await bands();
  const oneCycle = { name: "oneCycle", baseMomentum: 0.85, maxMomentum: 0.95 } as const;
  const calls = await callsDuring(() => train({ ...task, dataset, schedule: oneCycle }));
  expect(calls).toMatchObject({ updates: 1, losses: 1 });
});

it.each(["sequential", "parallel"] as const)(
  "a %s study does so too, for any number of runs",
  async (execution) => {
    const dataset = await bands();
    const optimizers = ["adam", "sgd", { name: "sgd", momentum: 0.9 }] as const;
    const losses = ["brier", "meanSquaredError"] as const;
    const study = { ...task, dataset, schedule, optimizers, losses, seeds: 2, execution };
    const calls = await callsDuring(() => compare(study));
    expect(calls).toEqual({ configs: 1, models: 1, updates: 3, losses: 2, schedules: 1 });
  },
);

it("a study compiles each formula once per model, whatever else it varies", async () => {
  const dataset = await bands();
  const other = { layers: [{ type: "flatten" }, { type: "dense", units: 3 }] } as const;
  const vary = { model: [smallModel, other], batchSize: [8, 16], "optimizer.learningRate": [0.1, 0.01] };
  const study = { ...task, dataset, losses: ["brier", "huber"], optimizers: ["adam", "sgd"], vary } as const;
  const calls = await callsDuring(() => compare(study));
  expect(calls).toEqual({ configs: 1, models: 2, updates: 2, losses: 2, schedules: 0 });
});

it("listed arms do so too, if they are equal by content", async () => {
  const dataset = await bands();
  const arms = ["a", "b", "c"].map((name, i) => ({
    name,
    optimizer: { name: "sgd", momentum: 0.5 },
    model: structuredClone(smallModel),
    epochs: i,
  }));
  const calls = await callsDuring(() => compare({ ...task, dataset, arms } as CompareConfig));
  expect(calls).toMatchObject({ configs: 1, models: 1, updates: 1, losses: 1 });
});

it("a benchmark compiles once per case", async () => {
  const calls = await callsDuring(() =>
    bench({
      optimizers: ["adam", "sgd"],
      batchSizes: [8, 16],
      threads: [1],
      model: "mlp",
      measure: ["update"],
      rounds: 1,
      seconds: 0.01,
    }),
  );
  expect(calls).toEqual({ configs: 5, models: 4, updates: 4, losses: 4, schedules: 0 });
});
