import { expect, test, vi } from "vitest";
import { drawSvg } from "../../../src/report/charts/draw.js";
import { tuningCharts } from "../../../src/report/charts/tuning-charts.js";
import { reportPage } from "../../../src/report/page/page.js";
import { resultsOf } from "../../../src/report/results/results.js";
import { tunedResults } from "../../../src/report/results/tuned-results.js";
import { type Study, studySchema } from "../../../src/study/study.js";
import { HOSTILE, STUDIES } from "../example-studies.js";
import { tunedStudy } from "../tuned-study.js";

/** A study whose trials are changed. */
const withTrials = (study: Study, accuracy: (trial: number) => number | null, label?: string): Study => ({
  ...study,
  config: {
    ...study.config,
    tuning: {
      ...study.config.tuning!,
      arms: study.config.tuning!.arms!.map((arm) => ({
        ...arm,
        ...(label !== undefined && { label }),
        trials: arm.trials.map((trial, i) => ({ ...trial, accuracy: accuracy(i) })),
      })),
    },
  },
});

const section = (study: Study) => /<section id="tuning".*?<\/section>/s.exec(reportPage(study))?.[0];
const count = (text: string, part: string) => text.split(part).length - 1;

test("draws every trial, marks the selected one of each arm, and shows the searched spaces", async () => {
  const warn = vi.spyOn(console, "warn");
  for (const arms of [4, 17]) {
    const study = tunedStudy(arms);
    const all = study.config.tuning!.arms!.flatMap(({ trials }) => trials);
    const diverged = all.filter(({ accuracy }) => accuracy === null).length;
    expect(diverged).toBeGreaterThan(0);
    const [rates, trials] = tuningCharts(study);
    expect([rates!.name, trials!.name]).toEqual(["learning-rates", "trials"]);
    const [points, spaces] = (rates!.spec as unknown as { vconcat: { data: { values: object[] } }[] })
      .vconcat;
    expect(points!.data.values).toHaveLength(all.length);
    expect(points!.data.values.filter((each) => "isSelected" in each && each.isSelected)).toHaveLength(arms);
    expect(spaces!.data.values).toHaveLength(Math.min(arms, 10));
    expect(spaces!.data.values[1]).toMatchObject({ from: 0.0001, to: 1 });
    for (const { spec } of [rates!, trials!]) expect(await drawSvg(spec)).toContain(">sgd</text>");

    const html = section(study)!;
    expect(count(html, 'r="3"')).toBe(all.length - diverged);
    expect(count(html, 'class="ring"')).toBe(arms);
    expect(count(html, "l8 8m0 -8l-8 8")).toBe(diverged);
  }
  expect(warn).not.toHaveBeenCalled();
});

test("says that trials differ in other settings than the rate only if others are searched", () => {
  const study = tunedStudy();
  expect(section(study)).not.toContain("other settings");
  const arm = study.config.tuning!.arms![1]!;
  Object.assign(arm, { space: { ...arm.space, momentum: { from: 0, to: 0.99, scale: "decay" } } });
  expect(section(study)).toContain("Trials also differ in other settings.");
});

test("the best accuracy so far never falls, and ends at that of the selected trial", () => {
  const study = tunedStudy(17);
  for (const { trials, tuned } of tunedResults(study, resultsOf(study))) {
    const best = trials.map((trial) => trial.best ?? -1);
    expect([...best].sort((a, b) => a - b)).toEqual(best);
    expect(best.at(-1)).toBe(tuned.trials[tuned.selected]!.accuracy);
  }
});

test("studies that are not tuned, and those whose trials all diverged, have no such charts", () => {
  for (const study of [STUDIES.fourOptimizers, STUDIES.noRun, withTrials(tunedStudy(), () => null)]) {
    expect(tuningCharts(study)).toEqual([]);
    expect(section(study)).toBeUndefined();
  }
});

test("trials that diverged before the first that did not leave a gap", async () => {
  const study = withTrials(tunedStudy(), (trial) => (trial < 3 ? null : 0.9));
  for (const { spec } of tuningCharts(study)) await drawSvg(spec);
  expect(section(study)).not.toContain("NaN");
});

test("a study whose runs are not complete shows its trials", async () => {
  const study = { ...tunedStudy(), runs: tunedStudy().runs.slice(0, 2) };
  for (const { spec } of tuningCharts(study)) expect(await drawSvg(spec)).toContain(">adagrad</text>");
  expect(section(study)).toContain("adagrad");
});

test("labels are never markup", async () => {
  const study = withTrials({ ...tunedStudy(), runs: [] }, () => 0.9, HOSTILE);
  expect(section(study)).not.toContain("<script");
  for (const { spec } of tuningCharts(study)) expect(await drawSvg(spec)).not.toContain("<script");
});

test("rejects a study whose selected trial does not exist", () => {
  const study = structuredClone(tunedStudy()) as unknown as {
    config: { tuning: { arms: { selected: number }[] } };
  };
  study.config.tuning.arms[1]!.selected = 12;
  expect(studySchema.safeParse(study).error!.message).toContain("is not the index of one of");
});
