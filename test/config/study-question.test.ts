import { describe, expect, it } from "vitest";
import { type CompareConfig, parseCompareConfig } from "../../src/config/compare-config.js";
import { studyArms } from "../../src/config/study-arms.js";
import { planStudy } from "../../src/config/study-plan.js";
import { questionOf } from "../../src/config/study-question.js";
import { OPTIMIZER_NAMES, type OptimizerConfig, resolveOptimizer } from "../../src/optimizers/optimizers.js";

const MNIST = { name: "mnist", count: 60_000, height: 28, width: 28, channels: 1, classes: 10 };
const resolve = (config: CompareConfig) =>
  planStudy(studyArms(parseCompareConfig(config)), () => MNIST).config;
const kindOf = (...optimizers: readonly OptimizerConfig[]) =>
  questionOf(optimizers.map((each) => resolveOptimizer(each, "keras3")));

const sign = { name: "sign", formula: "theta = theta - learningRate * sign(g)" } as const;

describe("a question that is not declared", () => {
  it("follows from the settings of all optimizers", () => {
    expect(kindOf(...OPTIMIZER_NAMES)).toBe("defaults");
    expect(kindOf({ name: "sgd", learningRate: 0.01 }, "adam")).toBe("defaults");
    expect(kindOf({ name: "adam", learningRate: 0.01 }, "sgd")).toBe("fixed-rate");
    expect(kindOf({ ...sign, learningRate: 0.01 }, "sgd")).toBe("fixed-rate");
    expect(kindOf({ name: "adam", learningRate: 0.02 }, "sgd")).toBe("configured");
    expect(kindOf({ name: "sgd", momentum: 0.9 }, "adam")).toBe("configured");
    expect(kindOf({ name: "adam", clipNorm: 1 }, "sgd")).toBe("configured");
    expect(kindOf(sign, "adam", { name: "sgd", momentum: 0.9 })).toBe("configured");
  });

  it("is not part of the resolved config, in which other optimizers may replace these", () => {
    expect(resolve({})).not.toHaveProperty("question");
  });
});

describe("a declared question", () => {
  it("is part of the resolved config, which resolves to itself", () => {
    for (const question of ["defaults", "fixed-rate"] as const) {
      const config = resolve({ question, optimizers: ["adam", "rmsprop"] }); // both have 0.001
      expect(config.question).toBe(question);
      expect(resolve(config)).toEqual(config);
    }
  });

  it.each<[CompareConfig, string, string]>([
    [
      { question: "defaults", optimizers: ["adam", { name: "sgd", learningRate: 0.1 }] },
      "optimizers[1].learningRate",
      '`optimizers[1].learningRate` of sgd is 0.1, which is not the default, but `question` is "defaults": every optimizer has its default settings. Change it, or omit `question`.',
    ],
    [
      { question: "defaults", optimizers: ["sgd"], vary: { "optimizer.momentum": [0, 0.9] } },
      "vary.optimizer.momentum[1]",
      "`vary.optimizer.momentum[1]` of sgd is 0.9, which is not the default",
    ],
    [
      { question: "defaults", arms: [{ batchSize: 64 }, { optimizer: sign }] },
      "arms[1].optimizer",
      '`arms[1].optimizer` "sign" is a custom formula, which has no default settings',
    ],
    [
      { question: "fixed-rate", optimizers: ["adam", "sgd"] },
      "optimizers[1].learningRate",
      '`optimizers[1].learningRate` of sgd is 0.01, that of adam is 0.001, but `question` is "fixed-rate": all optimizers have one learning rate, and otherwise their default settings. Change it, or omit `question`.',
    ],
    [
      {
        question: "fixed-rate",
        optimizers: [
          { name: "adam", learningRate: 0.01 },
          { name: "sgd", nesterov: true, momentum: 0.9 },
        ],
      },
      "optimizers[1].momentum",
      "`optimizers[1].momentum` of sgd is 0.9, which is not the default",
    ],
  ])("rejects arms that contradict it: %j", (config, path, message) => {
    expect(() => resolve(config)).toThrow(
      expect.objectContaining({ code: "CONFIG", path, message: expect.stringContaining(message) as string }),
    );
  });
});
