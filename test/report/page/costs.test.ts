import { expect, test } from "vitest";
import { reportPage } from "../../../src/report/page/page.js";
import { resultTable } from "../../../src/report/tables/result-table.js";
import type { Study } from "../../../src/study/study.js";
import { inParallel, STUDIES } from "../example-studies.js";

const section = (study: Study) => /<section id="cost".*?<\/section>/s.exec(reportPage(study))![0];
const bars = (text: string) =>
  [...text.matchAll(/<rect (?:class="(update)" )?width="([\d.]+)%"/g)].map(([, kind, width]) => ({
    kind: kind ?? "step",
    width: Number(width),
  }));

/** The same study, whose updates took a tenth of each run's training steps. */
const profiled = (study: Study): Study => ({
  ...study,
  runs: study.runs.map((run) => ({
    ...run,
    profile: {
      steps: 1500, // 6 epochs of 250
      seconds: {
        ...{ layers: [], batch: 0, loss: 0, waiting: 0, summing: 0, rest: 0 },
        update: run.seconds.train / 10,
      },
    },
  })),
});

test("draws the time of a step as a bar per arm, the longest over the whole width", () => {
  const drawn = bars(section(STUDIES.fourOptimizers));
  expect(drawn.map(({ kind }) => kind)).toEqual(["step", "step", "step", "step"]);
  expect(Math.max(...drawn.map(({ width }) => width))).toBe(100);
  expect(Math.min(...drawn.map(({ width }) => width))).toBeCloseTo((100 * 3.6) / 4.2, -1);
});

test("with a profile, a dark part of each bar is the update, which is also a column", () => {
  const drawn = bars(section(profiled(STUDIES.fourOptimizers)));
  for (let i = 0; i < 8; i += 2) {
    expect([drawn[i]!.kind, drawn[i + 1]!.kind]).toEqual(["step", "update"]);
    expect(drawn[i + 1]!.width / drawn[i]!.width).toBeCloseTo(0.1, 2);
  }
  expect(resultTable(profiled(STUDIES.fourOptimizers), { width: 200 })).toMatch(/update, ms.*\n.* 1\.6\d\d /);
  expect(resultTable(STUDIES.fourOptimizers, { width: 200 })).not.toContain("update, ms");
});

test("draws no bar if times are not comparable, or of one arm", () => {
  expect(bars(section(inParallel(STUDIES.fourOptimizers)))).toEqual([]);
  expect(bars(section(STUDIES.oneRun))).toEqual([]);
  expect(section(inParallel(STUDIES.fourOptimizers))).toContain(">Losses</h2>");
  expect(section(STUDIES.oneRun)).toContain(">Losses and times</h2>");
});
