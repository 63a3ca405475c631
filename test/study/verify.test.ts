import { describe, expect, it } from "vitest";
import { compare } from "../../src/study/compare.js";
import type { Study } from "../../src/study/study.js";
import { verifyStudy } from "../../src/study/verify.js";

const study = await compare({
  dataset: "digits",
  model: "mlp",
  split: { train: 100, validation: 50 },
  optimizers: ["adam", "sgd"],
  seeds: 2,
  epochs: 1,
});

/** A copy of the study with one number of one run changed. */
function altered(index: number, change: (run: Study["runs"][number]) => void): Study {
  const copy = structuredClone(study);
  change(copy.runs[index]!);
  return copy;
}
type Writable<Value> = { -readonly [Key in keyof Value]: Value[Key] };
const write = <Value>(value: Value) => value as Writable<Value>;

describe("verifying a study", () => {
  it("confirms the runs that it draws", async () => {
    const seen: number[] = [];
    const result = await verifyStudy(study, {
      cells: 3,
      seed: 1,
      onRun: ({ number }) => void seen.push(number),
    });
    expect(result).toMatchObject({ passed: true, isExact: true, seed: 1 });
    expect(result.runs.map(({ differences }) => differences)).toEqual([[], [], []]);
    expect(seen).toEqual(result.runs.map(({ number }) => number));
    expect(new Set(seen).size).toBe(3);
    const { seed } = await verifyStudy(study, { cells: 1 });
    expect(seed).toBeGreaterThanOrEqual(0);
  });

  it("catches one altered number, and says where", async () => {
    const metrics = altered(2, ({ history }) => {
      write(history[1]!.validation).accuracy += 1e-9;
    });
    const result = await verifyStudy(metrics);
    expect(result.passed).toBe(false);
    expect(result.runs.map(({ differences }) => differences.map(({ path }) => path))).toEqual([
      [],
      [],
      ["history.epoch 1.validation.accuracy"],
      [],
    ]);
    const hash = altered(0, ({ parametersSha256 }) => {
      write(parametersSha256).final = parametersSha256.initial;
    });
    expect((await verifyStudy(hash)).passed).toBe(false);
    const config = altered(1, ({ config: { optimizer } }) => {
      write(optimizer).learningRate = 0.02;
    });
    expect((await verifyStudy(config)).passed).toBe(false);
  });

  it("allows the rounding of another kind of machine, and no more", async () => {
    const elsewhere = (by: number): Study => ({
      ...altered(0, ({ history, parametersSha256 }) => {
        write(history[1]!.validation).loss! += by;
        write(parametersSha256).final = "of another machine";
      }),
      environment: { ...study.environment, instructionSet: "of another machine" },
    });
    expect(await verifyStudy(elsewhere(1e-4))).toMatchObject({ passed: true, isExact: false });
    expect(await verifyStudy(elsewhere(1))).toMatchObject({ passed: false, isExact: false });
  });

  it("does not pass if it is ended before all drawn runs ran again", async () => {
    const atOnce = await verifyStudy(study, { signal: AbortSignal.abort() });
    expect(atOnce).toMatchObject({ passed: false, drawn: 4, runs: [] });
    const controller = new AbortController();
    const afterOne = await verifyStudy(study, {
      signal: controller.signal,
      onRun: () => controller.abort(),
    });
    expect(afterOne).toMatchObject({ passed: false, drawn: 4 });
    expect(afterOne.runs.map(({ differences }) => differences)).toEqual([[]]);
  });

  it("rejects a study without a finished run", () =>
    expect(verifyStudy({ ...study, runs: [] })).rejects.toThrow("The study has no finished run to verify."));
});
