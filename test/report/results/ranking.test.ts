import { describe, expect, test } from "vitest";
import { curvesOf } from "../../../src/report/charts/curve.js";
import { conclude } from "../../../src/report/results/conclusion.js";
import { resultCells } from "../../../src/report/tables/result-cells.js";
import { armsOf } from "../../../src/study/arms.js";
import type { Study } from "../../../src/study/study.js";
import { exampleRun, exampleStudy } from "../example-studies.js";
import { studyOf } from "../outcome-study.js";

const rows = (study: Study) => {
  const { columns, rows: all, best } = resultCells(study);
  const column = columns.findIndex(({ title }) => title === "validation accuracy");
  const name = columns.findIndex(({ title }) => title === "optimizer");
  return all.map((row, i) => [row[name], row[column], best.has(i)]);
};

describe("a study that was interrupted", () => {
  const interrupted = studyOf({ adam: [0.9165, "cancelled"], sgd: [0.2405], rmsprop: [0.5] });

  test("is compared by the seeds that all arms finished; cancelled runs do not count as diverged", () => {
    const { answer, caveats } = conclude(interrupted);
    expect(answer).toBe(
      "With one seed, nothing can be decided: adam has the highest validation accuracy after 2 epochs: 91.65%, " +
        "but its lead of 41.65 points over rmsprop may be chance.",
    );
    expect(caveats.slice(0, 2)).toEqual([
      "Incomplete: 3 of 6 runs finished.",
      "One seed cannot show that an arm is better: with 3 pairs of arms, at least 7 are needed.",
    ]);
    expect(rows(interrupted)).toEqual([
      ["adam", "0.9165", false],
      ["rmsprop", "0.5000", false],
      ["sgd", "0.2405", false],
    ]);
  });

  test("says so if it ended between two runs", () => {
    const study = studyOf({ adam: [0.9, 0.8], sgd: [0.85, undefined] });
    expect(conclude(study).caveats.slice(0, 2)).toEqual([
      "Incomplete: 3 of 4 runs finished.",
      "All numbers use only the seeds that every arm with a result finished (0).",
    ]);
    expect(rows(study)).toEqual([
      ["adam", "0.9000", false],
      ["sgd", "0.8500", false],
    ]);
  });

  test("omits a seed for all arms if one arm's run with it was cancelled", () => {
    const study = studyOf({ adam: [0.9, "cancelled"], sgd: [0.8, 0.99] });
    expect(conclude(study).answer).toMatch(
      /adam has the highest validation accuracy after 2 epochs: 90\.00%/,
    );
    expect(rows(study)[1]).toEqual(["sgd", "0.8000", false]);
  });

  test("draws the runs of other seeds separately from the mean", () => {
    const [adam] = armsOf(studyOf({ adam: [0.9, 0.8, "cancelled"], sgd: [0.85, undefined] }));
    const curves = curvesOf(adam!, "adam", ({ validation }) => validation.accuracy);
    expect(curves.map(({ of, ended, points }) => [of, ended, points.at(-1)!.value > 0.85])).toEqual([
      ["completed runs", "completed", true],
      ["one run", "completed", false],
      ["one run", "cancelled", expect.any(Boolean)],
    ]);
  });

  test("has no winner if nothing is comparable", () => {
    const apart = studyOf({ adam: [0.9, undefined], sgd: [undefined, 0.8] });
    expect(conclude(apart).answer).toBe(
      "Nothing is ranked: no seed was finished by every arm, so the numbers come from different seeds.",
    );
    expect(rows(apart)).toEqual([
      ["adam", "0.9000", false],
      ["sgd", "0.8000", false],
    ]);
    const alone = studyOf({ adam: [0.9], sgd: ["cancelled"] });
    expect(conclude(alone).answer).toBe("adam reached 90.00% validation accuracy after 2 epochs.");
    expect(rows(alone)).toEqual([
      ["adam", "0.9000", false],
      ["sgd", "–", false],
    ]);
    expect(conclude(studyOf({ adam: ["cancelled"] })).answer).toBe("No run completed its training.");
  });
});

test("labels with commas are separated by semicolons", () => {
  const equal = ["adam, a", "sgd, b", "lion, c"].map((label) =>
    exampleRun({ optimizer: "adam", label, epochs: 1 }),
  );
  expect(conclude({ ...exampleStudy([]), runs: equal }).answer).toMatch(
    /: adam, a; sgd, b and lion, c share the highest /,
  );
});

test("the title names everything that differs, and how the optimizers got their settings", () => {
  const titleOf = (...runs: Parameters<typeof exampleRun>[0][]) => conclude(exampleStudy(runs)).question;
  const [adam, sgd, slow] = [
    { optimizer: "adam" },
    { optimizer: "sgd" },
    { optimizer: "sgd", learningRate: 1e-4 },
  ];
  expect(titleOf(adam)).toBe("How well does adam learn mnist-10k?");
  expect(titleOf(adam, sgd)).toBe("Which optimizer learns mnist-10k best with default settings?");
  expect(titleOf(sgd, slow)).toBe("Which arm learns mnist-10k best with the given settings?");
  expect(titleOf(sgd, { ...sgd, loss: "brier" })).toBe(
    "Which loss learns mnist-10k best with default settings?",
  );
  expect(titleOf(adam, { ...sgd, loss: "brier" })).toBe(
    "Which optimizer and which loss learn mnist-10k best with default settings?",
  );
  expect(titleOf(sgd, { ...slow, loss: "brier" })).toBe(
    "Which arm learns mnist-10k best with the given settings?",
  );
  expect(titleOf({ ...adam, learningRate: 1e-4 }, slow)).toBe(
    "Which optimizer learns mnist-10k best at learning rate 0.0001?",
  );
});

test("a study of several optimizers says what its question leaves open", () => {
  const caveatOf = (...runs: Parameters<typeof exampleRun>[0][]) =>
    conclude(exampleStudy(runs)).caveats.at(-1);
  const [adam, sgd] = [{ optimizer: "adam" }, { optimizer: "sgd" }];
  expect(caveatOf(adam, sgd)).toMatch(/^Settings are as shipped.* Adagrad has 0\.26 .* 0\.967 at 0\.03/);
  expect(caveatOf({ ...adam, learningRate: 0.01 }, sgd)).toMatch(
    /^All optimizers have the same learning rate/,
  );
  expect(caveatOf({ ...adam, learningRate: 0.02 }, sgd)).toMatch(/^The settings were given\./);
  expect(caveatOf(sgd, { ...sgd, loss: "brier" })).toMatch(/seed/);
});

test("the answer covers all runs of the best arm: with early stopping, each has a best epoch", () => {
  const study = studyOf({ adam: [0.9, 0.9, 0.9] }, 8);
  const withBest = (epochs: readonly number[]): Study => ({
    ...study,
    runs: study.runs.map((run, i) => ({ ...run, bestEpoch: epochs[i]! })),
  });
  expect(conclude(withBest([7, 1, 1])).answer).toMatch(
    / after 1 to 7 epochs \(early stopping: best epoch of each run\) /,
  );
  expect(conclude(withBest([4, 4, 4])).answer).toMatch(/ after 4 epochs \(mean of 3 seeds, /);
});

test.each([
  [["mnist-10k"], "Which optimizer learns mnist-10k best with default settings?"],
  [["/usr/share/data/fashion/"], "Which optimizer learns fashion best with default settings?"],
  [["../../digits"], "Which optimizer learns digits best with default settings?"],
  [["."], "Which optimizer learns best with default settings?"],
  [["in-memory"], "Which optimizer learns best with default settings?"],
  [["mnist", "/data/fashion"], "Which optimizer learns mnist and fashion best with default settings?"],
])("the title names the dataset %j without its path", (datasets, title) => {
  const { runs, ...study } = studyOf({ adam: [0.9], sgd: [0.8] });
  const on = runs.map((run, i) => ({
    ...run,
    config: { ...run.config, dataset: datasets[i % datasets.length]! },
  }));
  expect(conclude({ ...study, runs: on }).question).toBe(title);
});
