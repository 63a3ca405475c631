import { describe, expect, test } from "vitest";
import { reportPage } from "../../../src/report/page/page.js";
import type { Study } from "../../../src/study/study.js";
import { verdictsOf } from "../../../src/verdicts/judge.js";
import { exampleStudy, STUDIES } from "../example-studies.js";
import { studyOf } from "../outcome-study.js";

const sectionOf = (study: Study, id: string) =>
  new RegExp(`<section id="${id}".*?</section>`, "s").exec(reportPage(study))?.[0];
/** The cells of a table of the page, row by row, by their column's title. */
const rowsOf = (section: string) => {
  const body = section.slice(section.lastIndexOf("<tbody"));
  return [...body.matchAll(/<tr role="row">(.*?)<\/tr>/gs)].map(([, row]) => ({
    head: />([^<]*)<\/th>/.exec(row!)![1],
    ...Object.fromEntries(
      [...row!.matchAll(/data-title="([^"]*)"[^>]*>([^<]*)</g)].map(([, title, text]) => [title!, text!]),
    ),
  }));
};
const manyArms = (count: number) =>
  exampleStudy(
    [0, 1].flatMap((seed) =>
      Array.from({ length: count }, (_, i) => ({ optimizer: `o${i}`, seed, reaches: 0.9 + i / 1000 })),
    ),
  );

describe("index.html", () => {
  test("lists the numbers that the verdict on each pair rests on, not only on hover", () => {
    const study = studyOf({
      adam: [0.98, 0.979, 0.981],
      sgd: [0.95, 0.955, 0.951],
      lion: [0.98, 0.98, 0.98],
    });
    const rows = rowsOf(sectionOf(study, "pairs")!);
    const { pairs } = verdictsOf(study);
    expect(rows.map(({ head }) => head).sort()).toEqual(pairs.map(({ a, b }) => `${a} over ${b}`).sort());
    const { interval, bootstrap, ...pair } = pairs.find(({ a, b }) => a === "adam" && b === "sgd")!;
    const points = (share: number) => (100 * share).toFixed(2);
    expect(rows.find(({ head }) => head === "adam over sgd")).toEqual({
      head: "adam over sgd",
      verdict: pair.verdict,
      difference: points(pair.difference),
      "95% interval (t)": `${points(interval!.low)} to ${points(interval!.high)}`,
      "95% interval (bootstrap)": `${points(bootstrap!.low)} to ${points(bootstrap!.high)}`,
      p: "0.25",
      "corrected p": "0.75",
      "p of equivalence": "1",
      "a run scores more": "100%",
      correlation: pair.correlation!.toFixed(2),
    });
    expect(rows.find(({ head }) => head!.includes("lion"))!).toMatchObject({ correlation: "–" });
  });

  test("has rounds and boundaries in place of p-values, if seeds were added in rounds", () => {
    const scores = (mean: number) => Array.from({ length: 5 }, (_, seed) => mean + seed / 1000);
    const study = studyOf({ adam: scores(0.98), sgd: scores(0.9) });
    const config = {
      ...study.config,
      seeds: Array.from({ length: 30 }, (_, seed) => seed),
      seedsPerRound: 5,
    };
    const [row] = rowsOf(sectionOf({ ...study, config }, "pairs")!);
    expect(row).toMatchObject({ verdict: "better", round: "1" });
    expect(row).toHaveProperty("boundary");
    expect(row).not.toHaveProperty("p");
  });

  test("divides the spread between seeds into noise of the images and of training", () => {
    const study = STUDIES.fourOptimizers;
    const rows = rowsOf(sectionOf(study, "noise")!);
    const { arms } = verdictsOf(study);
    expect(rows.map(({ head }) => head)).toEqual(arms.map(({ label }) => label));
    const { floor } = arms[0]!.noise!;
    expect(rows[0]).toMatchObject({ "floor of a run": (100 * floor).toFixed(2) });
    expect(Object.keys(rows[0]!)).toEqual([
      "head",
      "between seeds",
      "from few images",
      "from training",
      "floor of a run",
    ]);
    const [single] = rowsOf(sectionOf(STUDIES.oneSeed, "noise")!);
    expect(single).toMatchObject({ "between seeds": "–", "from training": "–" });
    expect(sectionOf(STUDIES.noRun, "noise")).toBeUndefined();
  });

  test("opens long tables of numbers, losses and noise only on request", () => {
    const closed = (study: Study, id: string) =>
      sectionOf(study, id)!.includes('<details class="long"><summary>');
    for (const id of ["cost", "pairs", "noise"]) {
      expect(closed(STUDIES.fourOptimizers, id)).toBe(false);
      expect(closed(manyArms(21), id)).toBe(true);
    }
    expect(sectionOf(manyArms(21), "cost")).toContain("<summary>Losses and times of 21 arms</summary>");
  });
});
