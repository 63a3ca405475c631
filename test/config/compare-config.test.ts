import { describe, expect, expectTypeOf, it } from "vitest";
import { type CompareConfig, parseCompareConfig } from "../../src/config/compare-config.js";
import { PRESETS } from "../../src/config/presets.js";
import type { ResolvedCompareConfig } from "../../src/config/resolved-config.js";
import { studyArms } from "../../src/config/study-arms.js";
import { planStudy } from "../../src/config/study-plan.js";

const MNIST = { name: "mnist", count: 60_000, height: 28, width: 28, channels: 1, classes: 10 };
const plan = (config: CompareConfig) => planStudy(studyArms(parseCompareConfig(config)), () => MNIST);
const resolve = (config: CompareConfig) => plan(config).config;
const names = (choices: readonly { readonly name: string }[] = []) => choices.map(({ name }) => name);

describe("planStudy", () => {
  it("compares the paper's four optimizers by default", () => {
    const config = resolve({});
    expect(names(config.optimizers)).toEqual(["adam", "sgd", "rmsprop", "adagrad"]);
    expect(names(config.losses)).toEqual(["sparseCategoricalCrossentropy"]);
    expect(config).toMatchObject({
      seeds: [0],
      epochs: 3,
      batchSize: 32,
      split: { train: 48_000, validation: 12_000 },
    });
    expect(config).not.toHaveProperty("optimizer");
  });

  it("gives a valid config as JSON, which resolves to itself", () => {
    const resolved = resolve({
      optimizers: ["sgd", { name: "sgd", momentum: 0.9 }],
      seeds: 3,
      semantics: "pytorch",
    });
    const read = JSON.parse(JSON.stringify(resolved)) as CompareConfig;
    expect(read).toEqual(resolved);
    expect(resolve(read)).toEqual(resolved);
    expectTypeOf<ResolvedCompareConfig>().toExtend<CompareConfig>();
  });

  it.each([
    ["optimizers", 4096],
    ["losses", 4096],
    ["seeds", 10_000],
    ["semantics", 3],
  ])("rejects a list of %s that is longer than any study", (key, most) => {
    const list = Array(most + 1).fill("no such");
    expect(() => resolve({ [key]: list })).toThrow(`Expected at most ${most} items for \`${key}\`, got `);
  });

  it("rejects a study of more runs than can be planned", () => {
    const optimizers = Array.from({ length: 1000 }, (_, i) => ({ name: "sgd" as const, momentum: i / 1000 }));
    expect(() => resolve({ optimizers, losses: ["huber", "logCosh"], seeds: 51 })).toThrow(
      "The study would have 102,000 runs (1,000 optimizers x 2 losses x 51 seeds), but at most 100,000 runs are supported.",
    );
  });

  it("counts seeds from 0, or uses the given ones", () => {
    expect(resolve({ seeds: 3 }).seeds).toEqual([0, 1, 2]);
    expect(resolve({ seeds: [7, 5] }).seeds).toEqual([7, 5]);
  });

  it("uses each optimizer in each semantics that defines it, and the others in the first", () => {
    const { optimizers, semantics } = resolve({
      semantics: ["keras3", "pytorch"],
      optimizers: ["sgd", "radam", "lion", { name: "adam", semantics: "keras2" }],
    });
    expect(semantics).toBe("keras3");
    expect(optimizers!.map(({ name, semantics }) => `${name} ${semantics}`)).toEqual([
      "sgd keras3",
      "sgd pytorch",
      "radam pytorch",
      "lion keras3",
      "adam keras2",
    ]);
  });

  it("rejects two identical runs", () => {
    expect(() => resolve({ optimizers: ["adam", "sgd", "adam"] })).toThrow(
      "`optimizers[2]` is the same as `optimizers[0]`. Remove one of them.",
    );
    expect(() => resolve({ optimizers: ["adam", { name: "adam", learningRate: 1e-3 }] })).toThrow(
      "is the same as",
    );
    expect(() => resolve({ seeds: [1, 1] })).toThrow(
      "`seeds[1]` is the same as `seeds[0]`. Remove one of them.",
    );
    expect(() => resolve({ semantics: ["keras3", "pytorch", "pytorch"] })).toThrow(
      "`semantics[2]` is the same as `semantics[1]`. Remove one of them.",
    );
  });

  it("explains each error", () => {
    const message = (config: object) => {
      try {
        resolve(config as CompareConfig);
      } catch (error) {
        return (error as Error).message;
      }
      throw new Error("was accepted");
    };
    expect(message({ optimizer: "adam" })).toContain('Unknown key `optimizer`. Did you mean "optimizers"?');
    expect(message({ optimizers: [] })).toBe("Expected at least 1 item for `optimizers`, got [] (list).");
    expect(message({ optimizers: ["adam", "sdg"] })).toContain(
      '`optimizers[1]`, got "sdg" (string). Did you mean "sgd"?',
    );
    expect(message({ seeds: 0 })).toBe("Expected a number of at least 1 for `seeds`, got 0 (number).");
    expect(message({ preset: "papr" })).toBe(
      'Expected one of "paper", "mnist-99" for `preset`, got "papr" (string). Did you mean "paper"?',
    );
  });
});

describe("presets", () => {
  it("paper runs the paper's table on all of MNIST", () => {
    expect(resolve({ preset: "paper" })).toMatchObject({
      dataset: "mnist",
      split: { train: 48_000, validation: 12_000 },
      semantics: "keras3",
    });
  });

  it("are overridden by other options", () => {
    expect(parseCompareConfig({ preset: "paper", epochs: 1, optimizers: ["sgd"] })).toMatchObject({
      dataset: "mnist",
      epochs: 1,
      optimizers: ["sgd"],
      batchSize: PRESETS.paper.batchSize,
    });
  });

  it.each(Object.keys(PRESETS))("%s is a valid config", (preset) => {
    expect(() => resolve({ preset: preset as keyof typeof PRESETS })).not.toThrow();
  });
});
