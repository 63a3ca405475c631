import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { checkStudy, findingsOf } from "../../src/checks/check-study.js";
import { CHECK_NAMES } from "../../src/checks/checks.js";
import type { ResolvedTrainConfig } from "../../src/config/resolved-config.js";
import type { Study } from "../../src/study/study.js";
import { packageRoot } from "../../src/system/package-root.js";
import { finalEpoch } from "../../src/training/run-record.js";
import { goodStudy, isOf, mapRuns, onMachines, withAccuracy } from "./base-studies.js";

let good: Study;
beforeAll(async () => {
  good = await goodStudy();
}, 60_000);

const withConfig = (study: Study, config: object): Study => ({
  ...study,
  config: { ...study.config, ...config },
});
const withRunConfig = (study: Study, change: (config: ResolvedTrainConfig) => object): Study =>
  mapRuns(study, (run) => ({
    ...run,
    config: { ...run.config, ...change(run.config) } as ResolvedTrainConfig,
  }));
const firstSeeds = (study: Study, count: number): Study => ({
  ...withConfig(study, { seeds: study.config.seeds.slice(0, count) }),
  runs: study.runs.filter(({ config }) => config.seed < count),
});
/** Every arm was tuned by trials of which the second won. */
const tuned = (study: Study, { rate = 0.01, more = [] as readonly string[] } = {}): Study => {
  const range = { from: 1e-4, to: 1, scale: "log" as const };
  const space = Object.fromEntries(["learningRate", ...more].map((key) => [key, range]));
  const trial = (learningRate: number) => ({ values: { learningRate }, accuracy: 0.9, loss: 0.3 });
  const arms = study.config.arms!.map(({ optimizer: { name } }) => ({
    label: name,
    learningRate: 0.01,
    space,
    trials: [trial(0.1), trial(rate)],
    selected: 1,
  }));
  return withConfig(study, { question: "tuned", tuning: { trials: 2, seeds: [99], seed: 0, arms } });
};
/** Adds an arm on digits that differs from sgd in its momentum. */
const withThirdArm = (study: Study): Study => ({
  ...study,
  runs: [
    ...study.runs,
    ...study.runs
      .filter((run) => isOf(run, "sgd", "digits"))
      .map((run) => ({
        ...run,
        config: {
          ...run.config,
          optimizer: { ...run.config.optimizer, momentum: 0.5 },
        } as ResolvedTrainConfig,
        startedAt: new Date(Date.parse(run.startedAt) + 1e9).toISOString(),
      })),
  ],
});
const momentumOf = (config: ResolvedTrainConfig) =>
  "momentum" in config.optimizer ? config.optimizer.momentum : 0;

/** A study per check, in which it finds what the sentence says, and no other check finds anything. */
const BAD: readonly [name: string, alter: (study: Study) => Study, found: RegExp][] = [
  ["one-seed", (study) => firstSeeds(study, 1), /^2 arms are compared on seed 0 alone/],
  [
    "unreachable-p",
    (study) => firstSeeds(study, 3),
    /^With 3 seeds, no p-value can be below 0\.25 after correction for one pair .* 6 seeds could\.$/,
  ],
  [
    "uncorrected",
    (study) =>
      mapRuns(withThirdArm(study), (run) => {
        if (run.config.dataset !== "digits") return run;
        const { seed } = run.config;
        if (isOf(run, "adam")) return withAccuracy(run, 0.8 + [20, 30, 40, 50, 60, 70, -10][seed]! / 200 / 5);
        return withAccuracy(run, momentumOf(run.config) === 0.5 ? 0.6 + 0.1 * (seed % 5) : 0.8);
      }),
    /^1 of 4 pairs would look different .*: adam over sgd, momentum 0\.9 on digits \(p 0\.031, corrected 0\.094\)\.$/,
  ],
  [
    "under-binomial-floor",
    (study) =>
      mapRuns(study, (run) =>
        run.config.dataset === "digits" ? withAccuracy(run, isOf(run, "adam") ? 0.91 : 0.905) : run,
      ),
    /adam over sgd on digits by 0\.50 points \(0\.76 points\)/,
  ],
  [
    "test-set-selection",
    (study) => mapRuns(study, (run) => ({ ...run, test: finalEpoch(run)!.validation })),
    /^In all 28 tested runs, .* they are the same images\.$/,
  ],
  [
    "unequal-budget",
    (study) =>
      mapRuns(study, (run) =>
        isOf(run, "sgd", "digits") ? { ...run, config: { ...run.config, batchSize: 64 } } : run,
      ),
    /: adam: 2 x 10 steps on 320 images; sgd: 2 x 5 steps on 320 images\.$/,
  ],
  [
    "mid-schedule",
    (study) => withRunConfig(study, () => ({ schedule: { name: "cosine", decayEpochs: 5, alpha: 0 } })),
    /^4 of 4 arms .* adam, digits at step 20 of 50 of its cosine schedule/,
  ],
  [
    "best-epoch-not-last",
    (study) => mapRuns(study, (run) => (isOf(run, "adam", "digits") ? withAccuracy(run, 1, 1) : run)),
    /^1 of 4 arms .*: adam, digits had 100\.00% after epoch 1 and \d/,
  ],
  [
    "default-rates-only",
    (study) => withConfig(study, { question: "defaults" }),
    /^2 optimizers ran at their default learning rates only \(adam 0\.003, sgd 0\.05\)/,
  ],
  [
    "edge-of-space",
    (study) => tuned(study, { rate: 0.9 }),
    /^The best learning rate of 4 of 4 arms is on the edge .*: adam 0\.9 in 0\.0001 to 1/,
  ],
  [
    "inclusion-violated",
    (study) =>
      mapRuns(tuned(study, { more: ["beta1", "epsilon"] }), (run) =>
        withAccuracy(run, isOf(run, "sgd") ? 0.97 : 0.92),
      ),
    /: sgd over adam on digits by 5\.00 points, after 2 trials that searched beta1, epsilon; sgd over adam on mnist/,
  ],
  [
    "different-loss-scales",
    (study) =>
      mapRuns(study, (run) =>
        isOf(run, "sgd")
          ? { ...run, config: { ...run.config, loss: { ...run.config.loss, name: "huber" } as never } }
          : run,
      ),
    /^The arms have 2 losses \(sparseCategoricalCrossentropy, huber\)/,
  ],
  [
    "one-task",
    (study) => ({
      ...withConfig(study, { arms: study.config.arms!.filter(({ dataset }) => dataset === "digits") }),
      runs: study.runs.filter(({ config }) => config.dataset === "digits"),
    }),
    /^2 arms are compared on one task, digits;/,
  ],
  [
    "cancelled-arms",
    (study) => mapRuns(study, (run, i) => (i === 1 ? { ...run, status: "cancelled" } : run)),
    /^27 of 28 planned runs finished \(cancelled: .* \(1\)\)/,
  ],
  [
    "evaluation-in-clock",
    (study) => mapRuns(study, (run) => ({ ...run, seconds: { ...run.seconds, train: 2.3, evaluate: 0 } })),
    /^The training clock of 28 runs .* 2\.3 s for steps of 2 s, and 0 s for 3 evaluations\.$/,
  ],
  [
    "several-machines",
    (study) => onMachines(study, (run) => (run.config.seed < 3 ? 1 : 2)),
    /^Times are those of 16 of the 28 runs, on machine 2 of 2 \(.*, \d threads?\): times on different machines are not comparable\.$/,
  ],
  [
    "shared-clock-times",
    (study) => mapRuns(study, (run) => ({ ...run, startedAt: good.runs[0]!.startedAt })),
    /^27 of 28 runs began before another had ended/,
  ],
  [
    "busy-machine",
    (study) =>
      mapRuns(study, (run) =>
        isOf(run, "adam", "digits") && run.config.seed === 3
          ? {
              ...run,
              history: run.history.map((epoch) => ({
                ...epoch,
                seconds: { ...epoch.seconds, train: 1.5 * epoch.seconds.train },
              })),
              seconds: { ...run.seconds, train: 1.5 * run.seconds.train },
            }
          : run,
      ),
    /^The training time of 1 of 4 arms .*: an epoch of adam, digits took 1,000 to 1,500 ms\.$/,
  ],
];

it("finds nothing in a good study", () => {
  expect(findingsOf(good)).toEqual([]);
});

describe("finds what is wrong, and nothing else", () => {
  it.each(BAD)("%s", (name, alter, found) => {
    const [first, ...others] = findingsOf(alter(good));
    expect(others).toEqual([]);
    expect(first).toMatchObject({ check: name, found: expect.stringMatching(found) });
    expect(findingsOf(alter(good), { ignore: [name] })).toEqual([]);
  });

  it("with every check", () => {
    expect(BAD.map(([name]) => name).sort()).toEqual([...CHECK_NAMES].sort());
  });
});

const namesIn = (study: Study) => findingsOf(study).map(({ check }) => check);

describe("test-set-selection", () => {
  const tested = (study: Study) =>
    mapRuns(study, (run) => ({ ...run, test: { ...finalEpoch(run)!.validation, accuracy: 0.5 } }));

  it("finds trials that saw the test images", () => {
    const trials = withConfig(good, { tuning: { trials: 2, seeds: [0], seed: 0 } });
    expect(namesIn({ ...trials, runs: trials.runs.map(({ test: _, ...run }) => run) })).toEqual([]);
    expect(namesIn(tested(trials))).toEqual(["test-set-selection"]);
  });

  it("notes that the best of several settings was tested, but not that two optimizers were", () => {
    expect(namesIn(tested(good))).toEqual([]);
    const rates = withRunConfig(tested(good), ({ optimizer, dataset }) => ({
      dataset: "digits",
      optimizer: {
        ...good.runs[0]!.config.optimizer,
        label: undefined,
        learningRate: optimizer.learningRate * (dataset === "digits" ? 1 : 2),
      },
    }));
    expect(findingsOf(rates)).toContainEqual(
      expect.objectContaining({
        check: "test-set-selection",
        level: "note",
        found: expect.stringMatching(/^The test images were evaluated for 4 settings of adam:/),
      }),
    );
  });
});

describe("unequal-budget", () => {
  it("accepts budgets that are what a study varies, with every arm", () => {
    const halves = mapRuns(good, (run) => ({ ...run, config: { ...run.config, batchSize: 64 } }));
    expect(namesIn({ ...good, runs: [...good.runs, ...halves.runs] })).not.toContain("unequal-budget");
  });

  it("finds unequal numbers of trials", () => {
    const study = tuned(good);
    const [first, ...others] = study.config.tuning!.arms!;
    const arms = [{ ...first!, trials: [...first!.trials, first!.trials[0]!] }, ...others];
    const found = findingsOf(withConfig(study, { tuning: { ...study.config.tuning, arms } }));
    expect(found.map((each) => each.found)).toEqual([
      "Arms were tuned by different numbers of trials: adam: 3 trials; sgd, adam and 1 more: 2 trials.",
    ]);
  });
});

it("notes parallel runs, whose times no report shows", () => {
  const [first] = findingsOf(withConfig(good, { execution: "parallel" }));
  expect(first).toMatchObject({ check: "shared-clock-times", level: "note" });
});

it("finds runs that early stopping ended before their schedule", () => {
  const study = mapRuns(
    withRunConfig(good, () => ({ epochs: 9, schedule: { name: "cosine", alpha: 0 } })),
    (run) => ({ ...run, bestEpoch: 1, stoppedEarly: true }),
  );
  expect(namesIn(study)).toEqual(["mid-schedule"]);
});

it("finds no violated inclusion if tuning did not search what contains the special case", () => {
  const study = mapRuns(tuned(good), (run) => withAccuracy(run, isOf(run, "sgd") ? 0.97 : 0.92));
  expect(namesIn(study)).toEqual([]);
});

it("checks a study without runs", () => {
  expect(namesIn({ ...good, runs: [] })).toEqual(["cancelled-arms"]);
});

it("names the checks that there are if one to ignore is unknown", async () => {
  await expect(checkStudy(good, { ignore: ["one-sed"] })).rejects.toThrow(
    /Expected one of "cancelled-arms", .* for `ignore\[0\]`, got "one-sed"/,
  );
});

it("describes every check in docs/checks.md, in the same order", () => {
  const text = readFileSync(join(packageRoot, "docs", "checks.md"), "utf8");
  expect([...text.matchAll(/^## (\S+)$/gm)].map(([, name]) => name)).toEqual(CHECK_NAMES);
});
