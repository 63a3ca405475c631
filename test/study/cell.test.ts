import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ResolvedTrainConfig } from "../../src/config/resolved-config.js";
import { numericsOf } from "../../src/native/numerics.js";
import { cellKey } from "../../src/study/cell.js";
import { canonicalJson } from "../../src/validation/canonical-json.js";
import { exampleRun, exampleStudy } from "../report/example-studies.js";

const { config } = exampleRun({ optimizer: "adam" });
const numerics = numericsOf(exampleStudy([{ optimizer: "adam" }]).environment);
const key = (change: Partial<ResolvedTrainConfig> = {}, dataset = "digits", changed = {}) =>
  cellKey({ ...config, ...change }, dataset, { ...numerics, ...changed });

describe("the key of a cell", () => {
  it("does not depend on what changes no number", () => {
    for (const change of [
      { threads: 7 },
      { dataDir: "/elsewhere" },
      { untimedSteps: false },
      { dataset: "a copy" },
    ])
      expect(key(change)).toBe(key());
    expect(key({ device: "cuda:0" })).toBe(key({ device: "cuda:1" }));
    const from = (path: string) => key({ initialWeights: { from: path, sha256: "0".repeat(64) } });
    expect(from("a.safetensors")).toBe(from("elsewhere/b.safetensors"));
    const gpu = { gpus: ["NVIDIA H100 80GB HBM3"], gpuKernels: "reference", gpuNumerics: 1 };
    expect(key({}, "digits", gpu)).toBe(key());
  });

  it("does not depend on the names that a user chooses", () => {
    const custom = {
      name: "mine",
      semantics: "custom",
      formula: "theta = theta - learningRate * g",
    } as const;
    const optimizer = { ...custom, learningRate: 0.1, hyperparameters: {} } as const;
    for (const change of [
      { name: "baseline" },
      { labelFile: "/elsewhere/labels.npy" },
      { optimizer: { ...config.optimizer, label: "tuned" } },
      { loss: { ...config.loss, label: "theirs" } },
      { model: { ...config.model, name: "renamed" } },
    ] as Partial<ResolvedTrainConfig>[])
      expect(key(change)).toBe(key());
    const keyOf = (name: string, change = {}) =>
      key({ optimizer: { ...optimizer, name, ...change } } as Partial<ResolvedTrainConfig>);
    expect(keyOf("renamed")).toBe(keyOf("mine"));
    expect(keyOf("mine", { formula: "theta = theta - g" })).not.toBe(keyOf("mine"));
  });

  it("depends on everything else", () => {
    const keys = [
      key(),
      key({ seed: 1 }),
      key({ epochs: 7 }),
      key({ batchSize: 33 }),
      key({ microBatch: 8 }),
      key({ device: "cuda:0" }),
      key({ optimizer: { ...config.optimizer, learningRate: 0.1 } }),
      key({}, "other images"),
      key({ frozen: ["dense_0"] }),
      key({ initialWeights: { from: "a.safetensors", sha256: "0".repeat(64) } }),
      key({ initialWeights: { from: "a.safetensors", sha256: "1".repeat(64) } }),
      key({ initialWeights: { from: "a.safetensors", sha256: "1".repeat(64), except: ["dense_0"] } }),
      key({}, "digits", { numerics: 99 }),
      key({}, "digits", { libtorch: "2.11.0" }),
      key({}, "digits", { kernels: "avx2" }),
      key({}, "digits", { instructionSet: "AVX2" }),
      key({ device: "cuda:0" }, "digits", { gpus: ["NVIDIA H100 80GB HBM3"] }),
      key({ device: "cuda:0" }, "digits", { gpus: ["NVIDIA H100 80GB HBM3"], gpuKernels: "compiled" }),
      key({ device: "cuda:0" }, "digits", { gpus: ["NVIDIA H100 80GB HBM3"], gpuKernels: "reference" }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("does not depend on the order of keys", () => {
    const reversed = (value: unknown): unknown =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([name, each]) => [name, reversed(each)]),
          )
        : value;
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
