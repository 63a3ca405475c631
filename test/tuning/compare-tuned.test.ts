import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { CompareConfig } from "../../src/config/compare-config.js";
import { loadDataset } from "../../src/data/load-dataset.js";
import { randomStream } from "../../src/data/random.js";
import { compare, judgeStudy, readStudy } from "../../src/index.js";
import { conclude } from "../../src/report/results/conclusion.js";
import { alteredRuns } from "../../src/study/altered-runs.js";
import type { CompareCallbacks } from "../../src/study/callbacks.js";
import type { Study } from "../../src/study/study.js";
import { acrossTasks } from "../../src/verdicts/across-tasks.js";
import { bands } from "../small-task.js";

const root = mkdtempSync(join(tmpdir(), "optimbench-tuning-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const newFolder = () => join(root, `${++folders}`);

const train = await bands();
const { images, labels } = await bands(30);
const dataset = await loadDataset({
  name: "bands",
  images: train.images,
  labels: train.labels,
  height: 12,
  width: 12,
  classes: 3,
  test: { images, labels },
});

/** Images that have nothing to do with their labels, so that chance selects. */
const next = randomStream(1, "samples");
const noise = { ...train, name: "noise", images: train.images.map(() => next() % 256) };

const tuned = {
  question: "tuned",
  dataset,
  model: { layers: [{ type: "flatten" }, { type: "dense", units: 3 }] },
  optimizers: ["adam", "sgd"],
  epochs: 1,
  batchSize: 16,
  seeds: 2,
  tuning: { trials: 4 },
  threads: 1,
  untimedSteps: false,
} as const satisfies CompareConfig;

/** Runs a study and counts the runs that it did not find in its folder. */
async function counted(config: CompareConfig & CompareCallbacks) {
  const ran: boolean[] = [];
  const study = await compare({ ...config, onRun: ({ test }) => void ran.push(test !== undefined) });
  return { study, ran };
}

const results = ({ runs }: Study) => runs.map(({ parametersSha256, test }) => ({ parametersSha256, test }));
const trialsIn = (folder: string) => readStudy(join(folder, "tuning", "study.json"));

describe("a tuned study", () => {
  it("selects by trials without test images, then runs once on other seeds with them", async () => {
    const folder = newFolder();
    const { study, ran } = await counted({ ...tuned, folder });
    const { tuning, question, seeds } = study.config;
    expect([question, seeds, tuning!.seeds]).toEqual(["tuned", [1, 2], [0]]);
    const perArm = tuning!.arms!.map(({ trials }) => trials.length);
    expect(new Set(perArm).size).toBe(1);
    const trials = await trialsIn(folder);
    expect(trials.runs.filter(({ test }) => test !== undefined)).toEqual([]);
    expect(new Set(trials.runs.map(({ config }) => config.seed))).toEqual(new Set([0]));
    expect(ran).toEqual([...trials.runs.map(() => false), ...study.runs.map(() => true)]);
    for (const [i, { trials: all, selected }] of tuning!.arms!.entries()) {
      const best = all[selected]!;
      expect(best.accuracy).toBe(Math.max(...all.map(({ accuracy }) => accuracy!)));
      expect(study.runs[i]!.config.optimizer).toMatchObject(best.values);
    }
    expect(conclude(study).question).toBe(
      `Which optimizer learns bands best when each is tuned by ${perArm[0]} trials?`,
    );
    expect(await readStudy(join(folder, "study.json"))).toEqual(study);

    const again = await counted({ ...tuned, folder });
    expect(again.ran).toEqual([]);
    expect(results(again.study)).toEqual(results(study));
    const grown = await counted({ ...tuned, seeds: 3, folder });
    expect(grown.ran).toEqual([true, true]);
    expect(results(grown.study).slice(0, 4)).toEqual(results(study));

    const repeated = await counted({ ...study.config, dataset });
    expect(repeated.ran).toHaveLength(4);
    expect(results(repeated.study)).toEqual(results(study));
    await expect(compare({ ...study.config, dataset, arms: [{ optimizer: "adam" }] })).rejects.toThrow(
      "The arms in `tuning.arms` are not those of the study.",
    );
    const more = { ...tuning!, trials: 8 };
    await expect(compare({ ...study.config, dataset, tuning: more })).rejects.toThrow(
      `\`tuning.trials\` stands for ${perArm[0]! + 4} trials per arm, but \`tuning.arms\` has ${perArm[0]}.`,
    );
  });

  it("that is interrupted in its trials continues to the same result", async () => {
    const whole = await compare(tuned);
    const folder = newFolder();
    const controller = new AbortController();
    let runs = 0;
    const part = await compare({
      ...tuned,
      folder,
      signal: controller.signal,
      onRun: () => void (++runs === 3 && controller.abort()),
    });
    expect(part.config.question).toBeUndefined();
    expect(part.runs).toHaveLength(3);
    const { study, ran } = await counted({ ...tuned, folder });
    const trials = await trialsIn(folder);
    expect(ran).toHaveLength(trials.runs.length - 3 + study.runs.length);
    expect(results(study)).toEqual(results(whole));
    expect(study.config.tuning).toEqual(whole.config.tuning);
  });

  it("extends the space if the best rate is on its edge, by as many trials for every arm, and continues with it", async () => {
    const space = { adam: { learningRate: { from: 1e-6, to: 1e-5 } } };
    const config = { ...tuned, tuning: { trials: 4, space } };
    const folder = newFolder();
    const notices: string[] = [];
    const { study } = await counted({ ...config, folder, onNotice: (text) => notices.push(text) });
    const { arms, extensions } = study.config.tuning!;
    expect(extensions!.length).toBeGreaterThan(0);
    expect(extensions![0]!.sides[0]).toBe("upper");
    expect(arms![0]!.trials).toHaveLength(4 + extensions!.length);
    expect(arms![1]!.trials).toHaveLength(4 + extensions!.length);
    expect(arms![0]!.space.learningRate!.to).toBeGreaterThanOrEqual(1e-4);
    expect(notices.join()).toContain("The best learning rate is on the edge of its space: adam (");
    expect(conclude(study).caveats.join(" ")).toContain("was on the edge of its space, which was extended");
    const again = await counted({ ...config, folder });
    expect(again.ran).toEqual([]);
    expect(again.study.config.tuning).toEqual(study.config.tuning);
    const reordered = await counted({ ...config, optimizers: ["sgd", "adam"], folder });
    expect(reordered.ran).toEqual([]);
    expect(reordered.study.config.tuning!.arms).toEqual(arms!.toReversed());
    const grown = await counted({ ...config, optimizers: ["lion", "adam", "sgd"], folder });
    expect(grown.study.config.tuning!.arms!.slice(1)).toEqual(arms);
    expect(grown.ran.filter((isTested) => isTested)).toHaveLength(2);
    const more = await counted({ ...config, tuning: { trials: 6, space }, folder: newFolder() });
    expect(more.study.config.tuning!.arms![0]!.trials.slice(0, 4)).toEqual(arms![0]!.trials.slice(0, 4));
  });

  it("with more trials runs what they select anew, and keeps the runs of the earlier settings", async () => {
    const folder = newFolder();
    const chance = { ...tuned, dataset: noise };
    const space = { sgd: { learningRate: { from: 1e-5, to: 10 } } };
    const few = await compare({ ...chance, tuning: { trials: 2, space }, folder });
    const before = readFileSync(join(folder, "cells.jsonl"), "utf8");
    const notices: string[] = [];
    const onNotice = (text: string) => void notices.push(text);
    const { study } = await counted({ ...chance, tuning: { trials: 8, space }, folder, onNotice });
    const selected = ({ config }: Study) =>
      config.tuning!.arms!.map(({ trials, selected }) => JSON.stringify(trials[selected]!.values));
    expect(selected(study)).not.toEqual(selected(few));
    expect(notices.join()).toContain("More trials select other settings, so ");
    expect(readFileSync(join(folder, "cells.jsonl"), "utf8").startsWith(before)).toBe(true);
    const alone = await compare({ ...chance, tuning: { trials: 8, space }, folder: newFolder() });
    expect(study.runs.map(({ config }) => config)).toEqual(alone.runs.map(({ config }) => config));
    const again = await counted({ ...chance, tuning: { trials: 8, space }, folder });
    expect([again.ran, results(again.study)]).toEqual([[], results(study)]);
    expect(await alteredRuns(study, folder)).toEqual([]);
    expect(await alteredRuns(few, folder)).toEqual([]); // as study.json is before the first of the new runs
    await expect(compare({ ...chance, tuning: { trials: 8, space }, seeds: [1], folder })).rejects.toThrow(
      "`seeds` has 2 there only",
    );
    await expect(compare({ ...chance, tuning: { trials: 2, space }, folder })).rejects.toThrow(
      `${join(folder, "tuning")} already contains another study: \`tuning.trials\` is 8 there and 2 here. A study continues`,
    );
    await expect(compare({ ...chance, tuning: { trials: 8, seed: 1 }, folder })).rejects.toThrow(
      /another study: `tuning.seed` is 0 there and 1 here; `tuning.space` is \{.*\} there and absent here\. A study/,
    );
  });

  it("selects settings per task, and aggregates what was tuned over tasks", async () => {
    const study = await compare({
      ...tuned,
      dataset: undefined,
      vary: { dataset: [dataset, noise] },
      optimizers: ["sgd", { name: "sgd", momentum: 0.5 }, "adam"],
    });
    const arms = study.config.tuning!.arms!;
    expect(arms).toHaveLength(6);
    expect(new Set(arms.map(({ trials }) => trials.length)).size).toBe(1);
    const selected = arms.map(({ trials, selected }) => JSON.stringify(trials[selected]!.values));
    expect(selected.slice(0, 3)).not.toEqual(selected.slice(3));
    const { tasks, methods } = acrossTasks(study)!;
    expect(tasks).toEqual(["bands", "noise"]);
    expect(methods.map(({ label }) => label).sort()).toEqual([
      "adam",
      "sgd, momentum 0.5",
      "sgd, momentum tuned",
    ]);
    expect(await judgeStudy(study)).toMatchObject({
      sentence: expect.stringContaining("has the best mean rank over 2 tasks"),
    });
  });

  it("adds seeds in rounds after the seeds of its trials, and names those that ran", async () => {
    const study = await compare({ ...tuned, seeds: 12, seedsPerRound: 4, margin: 0.9 });
    expect(study.runs.map(({ config }) => config.seed)).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
    expect(conclude(study).caveats).toContainEqual(
      expect.stringContaining("which ran again on seeds 1, 2, 3, 4."),
    );
  });

  it("rejects parts, seeds of its trials, and a folder with another study", async () => {
    await expect(compare({ ...tuned, shard: "1/2" })).rejects.toThrow(
      "A tuned study cannot run in parts with `shard`",
    );
    await expect(compare({ ...tuned, seeds: [3, 0] })).rejects.toThrow(
      "`seeds[1]` is 0, a seed of the trials. Selected settings run on other seeds",
    );
    await expect(compare({ ...tuned, question: "defaults" })).rejects.toThrow(
      '`tuning` has no effect on this study. Set `question` to "tuned", or omit `tuning`.',
    );
    const space = { sgd: { learningRate: { from: 0.001, to: 1 } } };
    const optimizers = [0.01, 0.1].map((learningRate) => ({ name: "sgd" as const, learningRate }));
    await expect(compare({ ...tuned, optimizers, tuning: { trials: 4, space } })).rejects.toThrow(
      "`optimizers[1]` and `optimizers[0]` would try the same settings, because `tuning.space` replaces",
    );
    const { question, tuning, ...untuned } = tuned;
    const folder = newFolder();
    await compare({ ...untuned, folder });
    await expect(compare({ ...tuned, folder })).rejects.toThrow(
      `${folder} already contains a study that is not tuned.`,
    );
  });
});
