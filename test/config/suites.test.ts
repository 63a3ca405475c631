import { describe, expect, it } from "vitest";
import { type CompareConfig, parseCompareConfig } from "../../src/config/compare-config.js";
import { studyArms } from "../../src/config/study-arms.js";
import { planStudy } from "../../src/config/study-plan.js";
import { loadDatasets } from "../../src/study/study-datasets.js";

const armsOf = (config: CompareConfig) => studyArms(parseCompareConfig(config)).arms;

describe("a suite", () => {
  const config: CompareConfig = { suite: "small", optimizers: ["adam", "sgd"] };

  it("runs every optimizer on every task, and all tasks fit their datasets", async () => {
    const asked = studyArms(parseCompareConfig(config));
    const datasets = await loadDatasets(asked.arms);
    const { arms, config: resolved } = planStudy(asked, (arm) => datasets.of(arm)!);
    const tasks = arms.map(({ plan }) => `${plan.config.dataset} ${plan.config.model.name}`);
    expect(arms).toHaveLength(18);
    expect(new Set(tasks).size).toBe(9);
    expect(resolved.suite).toBe("small");
  });

  it("is repeated by its resolved config", async () => {
    const asked = studyArms(parseCompareConfig(config));
    const datasets = await loadDatasets(asked.arms);
    const plan = (given: typeof asked) => planStudy(given, (arm) => datasets.of(arm)!).config;
    const resolved = plan(asked);
    expect(plan(studyArms(parseCompareConfig(resolved as CompareConfig)))).toEqual(resolved);
  });

  it.each([
    ["dataset", { dataset: "digits" }],
    ["model", { model: "mlp" }],
    ["epochs", { epochs: 1 }],
    ["preset", { preset: "paper" }],
    ["vary.split.train", { vary: { "split.train": [100, 200] } }],
  ] as const)("rejects `%s`, which its tasks set", (path, given) => {
    expect(() => armsOf({ ...config, ...given } as CompareConfig)).toThrow(
      `\`${path}\` and \`suite\` exclude each other: the tasks of a suite set dataset, split, model and epochs. Give one of them.`,
    );
  });

  it("can vary what its tasks do not set", () => {
    expect(armsOf({ ...config, vary: { batchSize: [32, 256] } })).toHaveLength(36);
  });
});
