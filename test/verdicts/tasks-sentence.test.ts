import { expect, it } from "vitest";
import type { AcrossTasks } from "../../src/verdicts/across-tasks.js";
import { verdictsOf } from "../../src/verdicts/judge.js";
import { tasksSentence } from "../../src/verdicts/tasks-sentence.js";
import { exampleStudy, FOUR } from "../report/example-studies.js";

function ranked(ranks: Readonly<Record<string, number>>, p: number, groups: AcrossTasks["groups"]) {
  const methods = Object.entries(ranks).map(([label, meanRank]) => ({
    ...{ label, meanRank, scores: [], interquartileMean: 1, interval: null, reached: 0 },
    secondsToTarget: null,
  }));
  return tasksSentence({ tasks: ["a", "b", "c"], methods, p, criticalDifference: 1, groups, seeds: 2 });
}

it("says which methods the best one is told apart from", () => {
  const ranks = { adam: 1.25, sgd: 1.75, lion: 3 };
  expect(ranked(ranks, 0.01, [[0, 1]])).toBe(
    "adam has the best mean rank over 3 tasks (1.25, before sgd with 1.75); Nemenyi's test tells it apart from lion, but not from sgd.",
  );
  expect(ranked(ranks, 0.01, [[1, 2]])).toMatch(/Nemenyi's test tells it apart from sgd and lion\.$/);
  expect(ranked(ranks, 0.01, [[0, 2]])).toMatch(/Nemenyi's test does not tell it apart from sgd and lion\.$/);
  expect(ranked({ adam: 1.5, sgd: 1.5 }, 0.01, [[0, 1]])).toContain("(1.50, like sgd with 1.50)");
});

it("says if the methods are not shown to differ at all", () => {
  expect(ranked({ adam: 1.25, sgd: 1.75 }, 0.2, [[0, 1]])).toMatch(
    /; Friedman's test does not show that the methods differ \(p = 0\.200\)\.$/,
  );
});

it("is the sentence of a study over several tasks", () => {
  const { runs, ...rest } = exampleStudy([...FOUR, ...FOUR]);
  const study = {
    ...rest,
    runs: runs.map((run, i) => ({ ...run, config: { ...run.config, dataset: i < 4 ? "one" : "two" } })),
  };
  expect(verdictsOf(study)).toMatchObject({ pairs: [] });
  expect(verdictsOf(study).sentence).toMatch(/ has the best mean rank over 2 tasks /);
  expect(verdictsOf({ ...study, runs: study.runs.slice(1) }).sentence).toMatch(
    /^Nothing is ranked: accuracies/,
  );
});
