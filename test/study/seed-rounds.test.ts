import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findingsOf } from "../../src/checks/check-study.js";
import { documentSchema } from "../../src/cli/output/document-schema.js";
import { type CompareConfig, parseCompareConfig } from "../../src/config/compare-config.js";
import { studyArms } from "../../src/config/study-arms.js";
import { pairs as pairsSection } from "../../src/report/page/sections/pairs.js";
import { compare, estimateStudy } from "../../src/studies.js";
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
    expect(study.runs.length).toBe(10);
    expect(plannedRuns(study)).toBe(10);
    const { sentence, notes } = verdictsOf(study);
    expect(sentence).toContain("adam is better than sgd");
    expect(notes[0]).toContain("ended after round 1 of 6, because every pair is decided.");
  }, 60_000);

  it("continue after an interruption with the same decisions", async () => {
    const rounds = { seeds: "auto", seedsPerRound: 3 } as const;
    const folder = join(base, "study");
    const whole = await compare({ ...config, ...rounds, folder: join(base, "whole") });
    const stop = new AbortController();
    const partial = await compare({
      ...config,
      ...rounds,
      folder,
      signal: stop.signal,
      onRun: (_, { runs }) => {
        if (runs.length === 9) stop.abort();
      },
    });
    expect(partial.runs.length).toBeLessThan(whole.runs.length);
    expect(verdictsOf(partial).notes[0]).toContain("ended in round 2 of 10, before every pair was decided");
    const continued = await compare({ ...config, ...rounds, folder });
    const hashes = ({ runs }: typeof whole) => runs.map((run) => run.parametersSha256.final);
    expect(hashes(continued)).toEqual(hashes(whole));
    expect(verdictsOf(continued)).toEqual(verdictsOf(whole));
    let trained = 0;
    await compare({ ...config, ...rounds, folder, onRun: () => void trained++ });
    expect(trained).toBe(0);
  }, 60_000);

  it("cannot change after the study has started", async () => {
    const started = { ...config, epochs: 1, folder: join(base, "started") };
    const rounds = { seeds: 6, seedsPerRound: 2 };
    await compare({ ...started, ...rounds });
    for (const [given, asked] of [
      [{ seeds: 8, seedsPerRound: 2 }, "4 rounds of 2 seeds"],
      [{ seeds: 6, seedsPerRound: 3 }, "2 rounds of 3 seeds"],
      [{ seeds: 8 }, "8 seeds without rounds"],
    ] as const) {
      const { folder, ...estimated } = { ...started, ...given };
      const message = `${folder} contains a study whose seeds are added in 3 rounds of 2 seeds, but ${asked} were asked for. The number of rounds belongs to the test of the study: to change it after seeing results would make false verdicts more likely. Continue the study with \`seeds\`: 6 and \`seedsPerRound\`: 2, choose another \`folder\`, or replace the study with \`overwrite\`.`;
      await expect(compare({ ...estimated, folder })).rejects.toMatchObject({ code: "FILE", message });
      await expect(estimateStudy(estimated, { folder })).rejects.toThrow(message);
    }
    await expect(compare({ ...started, ...rounds, epochs: 2 })).rejects.toThrow(
      "already contains another study: `epochs`",
    );
    await expect(compare({ ...started, ...rounds })).resolves.toMatchObject({ config: { seedsPerRound: 2 } });
  }, 60_000);

  it("have no p-values: what AdaStop decided is said instead", async () => {
    const study = await compare({ ...config, seeds: "auto" });
    const { pairs, leastSeeds, notes } = verdictsOf(study);
    expect(pairs[0]).toMatchObject({ verdict: "better", p: null, correctedP: null, moreSeeds: null });
    const { round, difference, boundary, equalityLevel } = pairs[0]!.sequential!;
    expect([round, equalityLevel, leastSeeds]).toEqual([1, 0.05 / 6, 5]);
    expect(difference).toBeGreaterThan(boundary!);
    expect(difference).toBeCloseTo(pairs[0]!.difference, 12);
    expect(notes.join()).not.toContain("cannot show");
    expect(pairsSection(verdictsOf(study))!.text).toMatch(
      /AdaStop: \d+\.\d+ points after round 1, boundary /,
    );
    const result = JSON.parse(JSON.stringify({ ...study, verdicts: verdictsOf(study) }));
    const document = { schemaVersion: 1, command: "compare", ok: true, result };
    expect(documentSchema.safeParse(document).error).toBeUndefined();
    expect(findingsOf(study).map(({ check }) => check)).not.toContain("uncorrected");
  }, 60_000);

  it("have a given size and a given most", () => {
    expect(armsOf({ seeds: 12, seedsPerRound: 4 })).toMatchObject({ seedsPerRound: 4 });
    expect(armsOf({ seeds: "auto", seedsPerRound: 10 }).seeds).toHaveLength(30);
  });

  it.each([
    [{ seeds: 12, seedsPerRound: 5 }, "12 `seeds` cannot be divided into rounds of 5 (`seedsPerRound`)."],
    [
      { seeds: 4, seedsPerRound: 2 },
      "4 `seeds` in rounds of 2 can never show that an arm is better. Give at least 6.",
    ],
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
