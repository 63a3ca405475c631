import { describe, expect, test } from "vitest";
import type { CurveData } from "../../../src/report/page/curves/curve-data.js";
import { reportPage } from "../../../src/report/page/page.js";
import type { Study } from "../../../src/study/study.js";
import { withPredictions } from "../example-predictions.js";
import { exampleStudy, FOUR, HOSTILE, STUDIES } from "../example-studies.js";
import { tunedStudy } from "../tuned-study.js";

test("a study over several tasks has its methods by mean rank, with their figures", () => {
  const { runs, ...rest } = exampleStudy([...FOUR, ...FOUR, ...FOUR]);
  const tasks = ["digits", "mnist-10k", HOSTILE];
  const study = {
    ...rest,
    runs: runs.map((run, i) => ({ ...run, config: { ...run.config, dataset: tasks[Math.floor(i / 4)]! } })),
  };
  const page = reportPage(study);
  const section = page.slice(page.indexOf('<section id="tasks"'), page.indexOf('<section id="ranking"'));
  for (const { optimizer } of FOUR) {
    expect(section).toContain(`role="rowheader">${optimizer}</th>`);
    expect(section).toContain(`text-anchor="end">${optimizer}</text>`);
  }
  expect(section.match(/<svg [^>]*role="img"/g)).toHaveLength(2);
  expect(section).not.toMatch(/NaN|Infinity|undefined/);
  expect(page).not.toContain(HOSTILE);
  expect(reportPage(STUDIES.fourOptimizers)).not.toContain('id="tasks"');
});

describe("a study over several datasets", () => {
  const sectionOf = (study: Study, id: string) =>
    new RegExp(`<section id="${id}".*?</section>`, "s").exec(reportPage(study))![0];
  const curvesIn = (study: Study) =>
    [...sectionOf(study, "curves").matchAll(/class="curve-data">(.*?)</g)].map(
      ([, data]) => JSON.parse(data!) as CurveData,
    );
  const two = withPredictions(STUDIES.twoDatasets);
  const titles = (text: string) => [...text.matchAll(/<h3[^>]*>([^<]+)/g)].map(([, title]) => title);

  test("has a figure of curves per dataset, each with the arms on it and a tick at their best", () => {
    const [mnist, fashion] = curvesIn(two);
    for (const { arms, coloured } of [mnist!, fashion!]) {
      expect(arms.map(({ label }) => label).sort()).toEqual(["adagrad", "adam", "rmsprop", "sgd"]);
      expect(coloured).toBe(4);
    }
    expect(mnist!.metrics[0]!.best).toBeGreaterThan(fashion!.metrics[0]!.best! + 0.05);
    expect(curvesIn(two)).toHaveLength(2);
    const section = sectionOf(two, "curves");
    expect(titles(section)).toEqual(["mnist-10k", "Fashion MNIST"]);
    expect(section.match(/class="controls"/g)).toHaveLength(1);
  });

  test("gives each method one colour in all tasks and figures", () => {
    const reaches = { "mnist-10k": [0.98, 0.95, 0.9], digits: [0.9, 0.98, 0.97] };
    const study = withPredictions(
      exampleStudy(
        [0, 1].flatMap((seed) =>
          Object.entries(reaches).flatMap(([dataset, each]) =>
            ["adam", "sgd", "rmsprop"].map((optimizer, i) => ({
              optimizer,
              dataset,
              seed,
              reaches: each[i]!,
            })),
          ),
        ),
      ),
    );
    const [mnist, digits] = curvesIn(study).map(({ arms }) => arms.map(({ label }) => label));
    expect(mnist).toEqual(["adam", "sgd", "rmsprop"]);
    expect(digits).toEqual(["sgd", "rmsprop", "adam"]);
    const colours = [
      ...reportPage(study).matchAll(
        /class="(colour-\d dash-\d)">(?:<input[^>]*>)?<span class="key"><\/span>(?:<\/span>)?(\w+)/g,
      ),
    ];
    const byMethod = (name: string) =>
      new Set(colours.filter((each) => each[2] === name).map((each) => each[1]));
    // Mean places are 0.5 for sgd, 1 for adam and 1.5 for rmsprop.
    expect(["sgd", "adam", "rmsprop"].map((name) => [...byMethod(name)])).toEqual([
      ["colour-0 dash-0"],
      ["colour-1 dash-0"],
      ["colour-2 dash-0"],
    ]);
    const drawn = sectionOf(study, "curves").match(/class="line colour-\d/g)!;
    expect(drawn.filter((each) => each.endsWith("0"))).toHaveLength(2);
  });

  test("has results, times to targets and calibration per dataset", () => {
    const study = { ...two, config: { ...two.config, targets: [0.85] } };
    for (const id of ["ranking", "cost", "targets"]) {
      const captions = [...sectionOf(study, id).matchAll(/<caption>([^<]+)/g)].map(([, each]) => each!);
      expect(captions.map((each) => /mnist-10k|Fashion MNIST/.exec(each)?.[0])).toEqual([
        "mnist-10k",
        "Fashion MNIST",
      ]);
    }
    const [mnist, fashion] = sectionOf(study, "ranking").split("<caption>").slice(1);
    const ticks = (text: string) =>
      [...text.matchAll(/text-anchor="middle">([^<]+)/g)].map(([, each]) => each);
    expect(ticks(mnist!)).toContain("0.98");
    expect(ticks(fashion!)).not.toContain("0.98");
    expect(titles(sectionOf(study, "calibration"))).toEqual(["mnist-10k", "Fashion MNIST"]);
    expect(titles(sectionOf(study, "mistakes"))).toEqual(
      ["mnist-10k", "Fashion MNIST"].flatMap((name) => [name, expect.any(String), expect.any(String)]),
    );
  });

  test("has a block of tuning per dataset", () => {
    const study = tunedStudy(3, 2, ["mnist-10k", "digits"]);
    const [, ...blocks] = sectionOf(study, "tuning").split('<h3 class="task">');
    const trials = study.config.tuning!.arms!.map((arm) => arm.trials);
    for (const [i, name] of ["mnist-10k", "digits"].entries()) {
      expect(blocks[i]).toMatch(new RegExp(`^${name}<`));
      const drawn = trials
        .slice(3 * i, 3 * i + 3)
        .flat()
        .filter(({ accuracy }) => accuracy !== null);
      expect(blocks[i]!.match(/r="3"/g)).toHaveLength(drawn.length);
      expect(blocks[i]!.match(/class="ring"/g)).toHaveLength(3);
    }
    expect(blocks).toHaveLength(2);
  });

  test("has a figure per dataset and model if it runs a suite", () => {
    const study = exampleStudy(
      ["linear", "dense"].flatMap((model) =>
        ["digits", "mnist-10k"].flatMap((dataset) => FOUR.map((run) => ({ ...run, dataset, model }))),
      ),
    );
    const suite: Study = { ...study, config: { ...study.config, suite: "small" } };
    expect(titles(sectionOf(suite, "curves"))).toEqual([
      "digits, linear",
      "mnist-10k, linear",
      "digits, dense",
      "mnist-10k, dense",
    ]);
    expect(curvesIn(suite).map(({ arms }) => arms.length)).toEqual([4, 4, 4, 4]);
    expect(titles(sectionOf(study, "curves"))).toEqual(["digits", "mnist-10k"]);
  });

  test("names datasets by their paths if only these differ", () => {
    const study = exampleStudy(["a/digits", "b/digits"].map((dataset) => ({ optimizer: "adam", dataset })));
    expect(titles(sectionOf(study, "curves"))).toEqual(["a/digits", "b/digits"]);
  });
});
