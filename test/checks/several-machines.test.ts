import { beforeAll, describe, expect, it } from "vitest";
import { findingsOf } from "../../src/checks/check-study.js";
import type { Study } from "../../src/study/study.js";
import { goodStudy, isOf, mapRuns, onMachines } from "./base-studies.js";

let good: Study;
beforeAll(async () => {
  good = await goodStudy();
}, 60_000);

describe("runs on several machines", () => {
  const inHalves = (study: Study) => onMachines(study, (run) => (run.config.seed < 3 ? 1 : 2));
  const others = (study: Study) =>
    findingsOf(study, { ignore: ["several-machines"] }).map(({ check }) => check);

  it("are named also if no machine trained every arm", () => {
    const [first] = findingsOf(onMachines(good, (run) => (isOf(run, "adam") ? 1 : 2)));
    expect(first!.found).toBe(
      "Runs were trained on 2 machines, none of which trained every arm; times omitted: not comparable.",
    );
  });

  it("may begin before another machine's have ended, but not before their machine's", () => {
    const atOnce = (study: Study) =>
      mapRuns(study, (run, i) => ({
        ...run,
        startedAt: good.runs[run.config.seed < 3 ? i : i - 12]!.startedAt,
      }));
    expect(others(inHalves(atOnce(good)))).toEqual([]);
    expect(
      others(inHalves(mapRuns(good, (run) => ({ ...run, startedAt: good.runs[0]!.startedAt })))),
    ).toEqual(["shared-clock-times"]);
  });

  it("may take other times than those on another machine", () => {
    const slow = inHalves(
      mapRuns(good, (run) =>
        run.config.seed < 3
          ? run
          : {
              ...run,
              history: run.history.map((epoch) => ({
                ...epoch,
                seconds: { ...epoch.seconds, train: 2 * epoch.seconds.train },
              })),
              seconds: { ...run.seconds, train: 2 * run.seconds.train },
            },
      ),
    );
    expect(others(slow)).toEqual([]);
  });
});
