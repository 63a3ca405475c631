import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, it } from "vitest";
import { checkStudy, findingsOf } from "../../src/checks/check-study.js";
import { judgeStudy, verdictsOf } from "../../src/verdicts/judge.js";
import { exampleStudy } from "../report/example-studies.js";

const many = exampleStudy(
  [0, 1, 2].flatMap((seed) =>
    Array.from({ length: 40 }, (_, i) => ({
      optimizer: `o${i}`,
      seed,
      reaches: 0.9 + i / 1000,
      epochs: 2,
    })),
  ),
);

/** How often the event loop turns while work goes on, and its result. */
async function turnsDuring<Result>(work: Promise<Result>): Promise<{ turns: number; result: Result }> {
  let isDone = false;
  let turns = 0;
  const result = work.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await nextTurn();
    turns++;
  }
  return { turns, result: await result };
}

it("lets the event loop turn while 40 arms are judged, with the same verdicts", async () => {
  const { turns, result } = await turnsDuring(judgeStudy(many));
  expect(turns).toBeGreaterThan(5);
  expect(result).toEqual(verdictsOf(many));
});

it("lets the event loop turn while 40 arms are checked, with the same findings", async () => {
  const { turns, result } = await turnsDuring(checkStudy(many));
  expect(turns).toBeGreaterThan(5);
  expect(result).toEqual(findingsOf(many));
});
