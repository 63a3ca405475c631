import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type CompareConfig, parseCompareConfig } from "../../src/config/compare-config.js";
import { studyArms } from "../../src/config/study-arms.js";
import { compare } from "../../src/studies.js";
import { plannedRuns } from "../../src/study/study.js";
import { verdictsOf } from "../../src/verdicts/judge.js";

const base = mkdtempSync(join(tmpdir(), "optimbench-rounds-"));
afterAll(() => rmSync(base, { recursive: true }));

const config: CompareConfig = {
  dataset: "digits",
  model: { layers: [{ type: "flatten" }, { type: "dense", units: 10 }] },
  optimizers: ["adam", "sgd"],
  epochs: 3,
  untimedSteps: false,
};

const armsOf = (given: CompareConfig) => studyArms(parseCompareConfig({ ...config, ...given }));

describe("seeds in rounds", () => {
  it("end as soon as every pair is decided, and say so", async () => {
    const study = await compare({ ...config, seeds: "auto" });
    expect(study.config).toMatchObject({ seedsPerRound: 5 });
    expect(study.config.seeds).toHaveLength(30);
    expect(study.runs.length).toBe(20);
    expect(plannedRuns(study)).toBe(20);
    const { sentence, notes } = verdictsOf(study);
    expect(sentence).toContain("adam is better than sgd");
    expect(notes[0]).toContain("ended after round 2 of 6, because every pair is decided.");
  }, 60_000);

  it("continue after an interruption with the same decisions", async () => {
    const folder = join(base, "study");
    const whole = await compare({ ...config, seeds: "auto", folder: join(base, "whole") });
    const stop = new AbortController();
    const partial = await compare({
      ...config,
      seeds: "auto",
      folder,
      signal: stop.signal,
      onRun: (_, { runs }) => {
        if (runs.length === 13) stop.abort();
      },
    });
    expect(partial.runs.length).toBeLessThan(whole.runs.length);
    expect(verdictsOf(partial).notes[0]).toContain("ended in round 2 of 6, before every pair was decided");
    const continued = await compare({ ...config, seeds: "auto", folder });
    const hashes = ({ runs }: typeof whole) => runs.map((run) => run.parametersSha256.final);
    expect(hashes(continued)).toEqual(hashes(whole));
    expect(verdictsOf(continued)).toEqual(verdictsOf(whole));
    let trained = 0;
    await compare({ ...config, seeds: "auto", folder, onRun: () => void trained++ });
    expect(trained).toBe(0);
  }, 60_000);

  it("have a given size and a given most", () => {
    expect(armsOf({ seeds: 12, seedsPerRound: 4 })).toMatchObject({ seedsPerRound: 4 });
    expect(armsOf({ seeds: "auto", seedsPerRound: 10 }).seeds).toHaveLength(30);
  });

  it.each([
    [{ seeds: 12, seedsPerRound: 5 }, "12 `seeds` cannot be divided into rounds of 5 (`seedsPerRound`)."],
    [{ seeds: "auto", optimizers: ["adam"] }, "there is one arm. Give a number of `seeds`."],
    [
      { seeds: "auto", vary: { batchSize: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] } },
      "for at most 20 arms, got 22.",
    ],
    [{ seeds: "auto", vary: { dataset: ["digits", "mnist-10k"] } }, "for one dataset only"],
  ] as const)("are rejected where nothing can be decided: %j", (given, message) => {
    expect(() => armsOf(given as unknown as CompareConfig)).toThrow(message);
  });

  it("cannot be divided into shards", async () => {
    await expect(compare({ ...config, seeds: "auto", shard: "1/2" })).rejects.toThrow(
      "`shard` divides a fixed number of runs",
    );
  });
});
