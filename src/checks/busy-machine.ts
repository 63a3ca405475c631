import { ranInParallel } from "../study/study.js";
import type { RunRecord } from "../training/run-record.js";
import { groupBy } from "../validation/group-by.js";
import { type Check, note } from "./check.js";

/** Training times of equal work differ by less on a machine that does nothing else. */
const MOST_SPREAD = 0.2;

export const busyMachine: Check = {
  name: "busy-machine",
  advice: "Run again when the machine does nothing else, or compare steps and epochs instead of times.",
  find({ study, arms }) {
    if (ranInParallel(study)) return undefined;
    const spreads = arms
      .map(({ label, completed }) => ({ label, ...largestSpread(completed) }))
      .filter(({ spread }) => spread > MOST_SPREAD)
      .sort((a, b) => b.spread - a.spread);
    const [worst] = spreads;
    if (worst === undefined) return undefined;
    return note(
      `The training time of ${spreads.length} of ${arms.length} arms varies by more than 20% between seeds: an epoch of ${worst.label} took ${text(worst.least)} to ${text(worst.most)} ms.`,
    );
  },
};

/** The largest among the machines that the runs of an arm ran on. */
const largestSpread = (completed: readonly RunRecord[]) =>
  groupBy(completed, ({ machine }) => machine)
    .map((runs) => spreadOf(runs.map(millisecondsAnEpoch)))
    .reduce((a, b) => (b.spread > a.spread ? b : a), spreadOf([]));

const millisecondsAnEpoch = ({ history, seconds }: RunRecord) =>
  (1000 * seconds.train) / (history.at(-1)?.epoch ?? 0);

function spreadOf(given: readonly number[]) {
  const values = given.filter((each) => Number.isFinite(each) && each > 0);
  const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  return { least, most, spread: values.length < 2 ? 0 : most / least - 1 };
}

const text = (milliseconds: number) => Number(milliseconds.toPrecision(3)).toLocaleString("en");
