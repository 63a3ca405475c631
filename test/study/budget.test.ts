import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CompareConfig } from "../../src/config/compare-config.js";
import type { CompareCallbacks } from "../../src/study/callbacks.js";
import { bands } from "../small-task.js";

/** What a measurement finds. The runs themselves take milliseconds. */
let cost: { start: number; step: number; image: number } | undefined;
/** What another process does during a measurement. */
let meanwhile: (() => Promise<unknown>) | undefined;
vi.mock(import("../../src/training/measure-cost.js"), async (load) => {
  const original = await load();
  const measureCost: typeof original.measureCost = async (...args) => {
    const measured = cost;
    const other = meanwhile;
    meanwhile = undefined;
    await other?.();
    return measured ?? original.measureCost(...args);
  };
  return { ...original, measureCost };
});
const { compare, estimateStudy } = await import("../../src/index.js");

let folder: string;
beforeEach(() => {
  cost = { start: 100, step: 0, image: 0 };
  folder = mkdtempSync(join(tmpdir(), "optimbench-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const asked = {
  dataset: await bands(),
  model: { layers: [{ type: "flatten" }, { type: "dense", units: 3 }] },
  optimizers: ["adam", "sgd"],
  batchSize: 128, // one step per epoch
  untimedSteps: false,
  epochs: 10,
  seeds: 5,
} as const satisfies CompareConfig;

/** Runs a study. What it says, except about too few seeds, and which runs it does are returned with it. */
async function run(config: CompareConfig & CompareCallbacks) {
  const notices: string[] = [];
  const ran: string[] = [];
  const study = await compare({
    ...config,
    onNotice: (text) => void (text.includes("cannot show") || notices.push(text)),
    onRun: (_, __, { label }) => void ran.push(label),
  });
  return { study, notices, ran };
}

describe("a study with a budget", () => {
  it("is the asked one if it fits", async () => {
    cost = undefined; // really measured
    const small = { dataset: "digits", model: "mlp", optimizers: ["adam", "sgd"], epochs: 1 } as const;
    const { study, notices } = await run({ ...small, budget: "2h" });
    expect(study.config).toEqual((await compare(small)).config);
    expect(notices).toEqual([]);
  });

  it("is the asked one with fewer seeds, and says so", async () => {
    const { study, notices } = await run({ ...asked, folder, budget: "700s" });
    expect(study.config).toMatchObject({ seeds: [0, 1, 2], epochs: 10 });
    expect(study.runs.length).toBe(6);
    expect(notices).toEqual(["The budget of 700s allows 3 of 5 seeds, which take about 10 min."]);
    const ordinary = await run({ ...asked, seeds: 3, folder });
    expect(ordinary.ran).toEqual([]);
    expect(ordinary.study).toEqual(study);
  });

  it("has fewer epochs in every arm, if one seed does not fit", async () => {
    cost = { start: 0, step: 100, image: 0 };
    const { study, notices } = await run({ ...asked, budget: "1000s" });
    expect(study.runs.map(({ config }) => [config.seed, config.epochs])).toEqual([
      [0, 4],
      [0, 4],
    ]);
    expect(notices).toEqual([
      "The budget of 1000s allows 1 of 5 seeds and 4 of 10 epochs, which take about 13 min.",
    ]);
  });

  it("says what would fit if nothing does", async () => {
    cost = { start: 0, step: 100, image: 0 };
    await expect(run({ ...asked, budget: "2m" })).rejects.toMatchObject({
      code: "CONFIG",
      path: "budget",
      message: expect.stringContaining(
        "does not fit in `budget` (2m): even with 1 seed and 1 epoch it takes about 3.3 min. A budget of 223s fits.",
      ),
    });
    expect((await run({ ...asked, budget: "223s" })).study.config.epochs).toBe(1);
  });

  it("is continued by the same command, although another measurement would cut elsewhere", async () => {
    const ending = new AbortController();
    const onEpoch = () => ending.abort();
    await run({ ...asked, folder, budget: "700s", signal: ending.signal, onEpoch });
    for (const start of [300, 1]) {
      cost = { start, step: 0, image: 0 };
      const { study, notices, ran } = await run({ ...asked, folder, budget: "700s" });
      expect(study.config.seeds).toEqual([0, 1, 2]);
      expect(study.runs.map(({ status }) => status)).toEqual(Array(6).fill("completed"));
      expect(ran.length).toBe(start === 300 ? 6 : 0);
      expect(notices[0]).toBe(`${folder} has the study cut to 3 of 5 seeds. It is continued.`);
    }
  });

  it("is continued with the epochs that it was cut to", async () => {
    cost = { start: 0, step: 100, image: 0 };
    await run({ ...asked, folder, budget: "1000s" });
    cost = { start: 0, step: 1, image: 0 };
    const { study, ran } = await run({ ...asked, folder, budget: "1000s" });
    expect([study.config.epochs, ran]).toEqual([4, []]);
  });

  it.each([1, 200, 300])(
    "is cut as by a process that measured at the same time, %d s per run",
    async (start) => {
      meanwhile = async () => {
        cost = { start, step: 0, image: 0 };
        await run({ ...asked, folder, budget: "700s" });
      };
      const { study, notices, ran } = await run({ ...asked, folder, budget: "700s" });
      expect(study.config.seeds.length).toBe(start === 1 ? 5 : 1);
      expect(ran).toEqual([]);
      expect(notices[0]).toBe(
        start === 1
          ? "10 of 10 runs finished earlier and do not run again."
          : `${folder} has the study cut to 1 of 5 seeds. It is continued.`,
      );
    },
  );

  it("is cut as by a process that writes its cut just before", async () => {
    cost = { start: 0, step: 100, image: 0 };
    const other = join(folder, "other");
    await run({ ...asked, folder: other, budget: "1000s" });
    cost = { start: 0, step: 120, image: 0 };
    const out = join(folder, "out");
    const notices: string[] = [];
    const study = await compare({
      ...asked,
      folder: out,
      budget: "1000s",
      onNotice(text) {
        notices.push(text);
        if (text.startsWith("The budget")) cpSync(other, out, { recursive: true });
      },
    });
    expect(study.config.epochs).toBe(4);
    expect(notices.slice(0, 3)).toEqual([
      expect.stringContaining("5 seeds cannot show"),
      expect.stringContaining("1 of 5 seeds and 3 of 10 epochs"),
      `${out} has the study cut to 1 of 5 seeds and 4 of 10 epochs. It is continued.`,
    ]);
  });

  it("does not continue a study with other arms", async () => {
    await run({ ...asked, folder, budget: "700s" });
    await expect(run({ ...asked, optimizers: ["adam", "lion"], folder, budget: "700s" })).rejects.toThrow(
      `${folder} already contains another study: \`optimizers\` has sgd`,
    );
  });

  it("starts no seed that would exceed the budget, except the first, and continues with the next", async () => {
    cost = { start: 0, step: 0, image: 0 }; // the runs turn out slower
    const config = { ...asked, folder, budget: "0.001s" };
    const first = await run(config);
    expect(first.study.config.seeds.length).toBe(5);
    expect(first.study.runs.map((each) => each.config.seed)).toEqual([0, 0]);
    expect(first.notices).toEqual([
      "Another seed would exceed the budget of 0.001s, so 4 seeds do not run. The same command continues the study.",
    ]);
    const second = await run(config);
    expect(second.study.runs.map((each) => each.config.seed)).toEqual([0, 0, 1, 1]);
  });

  it("is cut by rounds if seeds are added in rounds", async () => {
    const { study } = await run({ ...asked, epochs: 1, seeds: 8, seedsPerRound: 2, budget: "1500s" });
    expect(study.config).toMatchObject({ seeds: [0, 1, 2, 3, 4, 5], seedsPerRound: 2 });
  });

  it("is what an estimate with a budget estimates, and what it says was cut", async () => {
    const notices: string[] = [];
    const onNotice = (text: string) => void notices.push(text);
    expect(await estimateStudy(asked, { budget: "700s", onNotice })).toMatchObject({
      runs: 6,
      seeds: 3,
      epochs: 10,
      seconds: 600,
    });
    expect(notices).toEqual([expect.stringMatching(/^The budget of 700s allows 3 of \d+ seeds/)]);
  });
});

it.each(["0", "soon", "10"])("rejects the budget %j", (budget) =>
  expect(compare({ ...asked, budget })).rejects.toMatchObject({
    code: "CONFIG",
    path: "budget",
    message: `Expected a duration above zero for \`budget\`, such as "90s", "10m" or "2h", got "${budget}" (string).`,
  }),
);

it("says what to do about parts and tuned studies", async () => {
  await expect(compare({ ...asked, budget: "1h", shard: "1/2" })).rejects.toThrow(
    "`budget` and `shard` exclude each other",
  );
  await expect(compare({ ...asked, budget: "1h", question: "tuned" })).rejects.toThrow(
    "A tuned study cannot be cut to a `budget`, because its trials decide what runs. Reduce `tuning.trials`",
  );
});
