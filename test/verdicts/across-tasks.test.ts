import { describe, expect, it } from "vitest";
import type { Study } from "../../src/study/study.js";
import { acrossTasks } from "../../src/verdicts/across-tasks.js";
import { type ExampleRun, exampleStudy, FOUR, inParallel, STUDIES } from "../report/example-studies.js";

const TASKS = ["digits", "mnist-10k", "fashion-mnist-10k"];

/** The four optimizers with two seeds on each of three datasets. `change` changes one run. */
function study(change: (task: string, run: ExampleRun) => Partial<ExampleRun> = () => ({})): Study {
  const examples = TASKS.flatMap((task) =>
    [0, 1].flatMap((seed) => FOUR.map((run) => ({ ...run, ...change(task, { ...run, seed }), seed }))),
  );
  const { runs, ...rest } = exampleStudy(examples);
  return {
    ...rest,
    runs: runs.map((run, i) => ({
      ...run,
      config: { ...run.config, dataset: TASKS[Math.floor(i / 8)]! },
    })),
  };
}

describe("acrossTasks", () => {
  it("ranks methods within tasks and averages the ranks", () => {
    const { tasks, methods, seeds, groups } = acrossTasks(study())!;
    expect(tasks).toEqual(TASKS);
    expect(methods.map(({ label }) => label).slice(2)).toEqual(["sgd", "adagrad"]);
    expect(methods.map(({ meanRank }) => meanRank).slice(2)).toEqual([3, 4]);
    expect(methods.reduce((sum, { meanRank }) => sum + meanRank, 0)).toBeCloseTo(10, 12);
    expect(seeds).toBe(2);
    expect(groups.length).toBeGreaterThan(0);
  });

  it("scores runs relative to the lowest mean error of their task", () => {
    const { methods } = acrossTasks(study())!;
    for (const [task] of TASKS.entries()) {
      const inverse = methods.map(({ scores }) => scores[task]!.map((score) => 1 / score));
      const means = inverse.map((each) => each.reduce((sum, value) => sum + value, 0) / each.length);
      expect(Math.min(...means)).toBeCloseTo(1, 12);
    }
    const [first] = methods;
    expect(first!.interval!.low).toBeLessThanOrEqual(first!.interquartileMean);
    expect(first!.interval!.high).toBeGreaterThanOrEqual(first!.interquartileMean);
  });

  it("counts a diverged run as wrong on every image", () => {
    const diverged = acrossTasks(
      study((task, { optimizer }) =>
        task === "digits" && optimizer === "adam" ? { status: "diverged" } : {},
      ),
    )!;
    const adam = diverged.methods.find(({ label }) => label === "adam")!;
    expect(Math.max(...adam.scores[0]!)).toBeLessThan(0.1);
    expect(adam.reached).toBe(2);
    expect(adam.secondsToTarget).toBeNull();
  });

  it("has a time only if every target is reached and times are comparable", () => {
    const { methods } = acrossTasks(study())!;
    for (const { reached, secondsToTarget } of methods) expect(secondsToTarget !== null).toBe(reached === 3);
    expect(methods[0]!.secondsToTarget).toBeGreaterThan(0);
    expect(acrossTasks(inParallel(study()))!.methods[0]!.secondsToTarget).toBeNull();
  });

  it("needs several tasks in which every method has finished the same seeds", () => {
    expect(acrossTasks(STUDIES.fourOptimizers)).toBeUndefined();
    const whole = study();
    expect(acrossTasks({ ...whole, runs: whole.runs.filter((_, i) => i % 4 === 0) })).toBeUndefined();
    const lacking = whole.runs.filter((_, i) => i !== 0 && i !== 4);
    expect(acrossTasks({ ...whole, runs: lacking })).toBeUndefined();
  });

  it("takes the model as part of the task in a suite only", () => {
    const whole = study();
    const runs = whole.runs.flatMap((run) =>
      ["mlp", "lenet-5"].map((name) => ({ ...run, config: { ...run.config, model: { name, layers: [] } } })),
    );
    const models = { ...whole, runs };
    expect(acrossTasks(models)!.methods).toHaveLength(8);
    const suite = acrossTasks({ ...models, config: { ...models.config, suite: "small" } })!;
    expect(suite.methods).toHaveLength(4);
    expect(suite.tasks).toHaveLength(6);
    expect(suite.tasks[0]).toBe("digits, mlp");
  });

  it("takes the settings before tuning as the method, since each task selects other ones", () => {
    const rates = [0.1, 0.02, 0.3];
    const whole = study((task, { optimizer }) =>
      optimizer === "sgd" ? { learningRate: rates[TASKS.indexOf(task)]! } : {},
    );
    expect(acrossTasks(whole)).toBeUndefined();
    const arms = whole.runs.filter(({ config }) => config.seed === 0).map(({ config }) => config);
    const tuned = arms.map(({ optimizer }) => ({
      label: optimizer.name,
      learningRate: optimizer.name === "sgd" ? 0.01 : 0.001,
      space: { learningRate: { from: 1e-4, to: 1, scale: "log" as const } },
      trials: [],
      selected: 0,
    }));
    const { optimizers: _, losses: __, ...config } = whole.config;
    const { methods } = acrossTasks({
      ...whole,
      config: { ...config, arms, tuning: { trials: 2, seeds: [9], seed: 0, arms: tuned } },
    })!;
    expect(methods.map(({ label }) => label).sort()).toEqual(["adagrad", "adam", "rmsprop", "sgd"]);
  });
});
