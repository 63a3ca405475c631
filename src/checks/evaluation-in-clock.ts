import type { RunRecord } from "../training/run-record.js";
import { countText } from "../validation/count-text.js";
import { type Check, fail } from "./check.js";

/** Sums of the same seconds may differ by rounding. */
const ROUNDING = 1e-6;

export const evaluationInClock: Check = {
  name: "evaluation-in-clock",
  advice:
    "Do not compare the training times of these runs; train them again with this version to time steps alone.",
  find({ study: { runs } }) {
    const found = runs.filter((run) => evaluationIsTimed(run) || includesMore(run));
    const [first] = found;
    if (first === undefined) return undefined;
    const { train, evaluate } = first.seconds;
    const steps = stepSeconds(first);
    return fail(
      `The training clock of ${countText(found.length, "run")} includes more than training steps: in the first, it shows ${text(train)} s for steps of ${text(steps)} s, and ${text(evaluate)} s for ${countText(first.history.length, "evaluation")}.`,
    );
  },
};

/** Whether evaluation took no time of its own, so that it must be in another clock. */
const evaluationIsTimed = ({ history, seconds }: RunRecord) => history.length > 0 && seconds.evaluate === 0;

const includesMore = (run: RunRecord) => run.seconds.train > stepSeconds(run) * (1 + ROUNDING) + ROUNDING;

const stepSeconds = ({ history }: RunRecord) => history.reduce((sum, { seconds }) => sum + seconds.train, 0);

const text = (seconds: number) => Number(seconds.toPrecision(3));
