import { isTrialStudy } from "../study/study.js";
import type { RunRecord } from "../training/run-record.js";
import { countText } from "../validation/count-text.js";
import { groupBy } from "../validation/group-by.js";
import { printable } from "../validation/printable.js";
import { type Check, fail, note } from "./check.js";
import type { ExaminedStudy } from "./examined-study.js";

export const testSetSelection: Check = {
  name: "test-set-selection",
  advice:
    "Select on validation images that are not test images; keep the test images for the selected setting (testEvaluation: false for the others).",
  find: (examined) => sameImages(examined) ?? testedTrials(examined) ?? testedSettings(examined),
};

/** Relative; losses of different images differ by far more. */
const ROUNDING = 1e-6;

/** Runs of which every metric is the same on validation and test images. */
function sameImages({ study: { runs } }: ExaminedStudy) {
  const tested = runs.filter(({ test }) => test !== undefined);
  if (tested.length === 0 || !tested.every(hasEqualMetrics)) return undefined;
  return fail(
    `In all ${countText(tested.length, "tested run")}, accuracy and loss on the validation and on the test images are equal to six digits: they are the same images.`,
  );
}

function hasEqualMetrics({ history, bestEpoch, test }: RunRecord): boolean {
  const validation = (history.find(({ epoch }) => epoch === bestEpoch) ?? history.at(-1))?.validation;
  const [a, b] = [validation?.negativeLogLikelihood, test?.negativeLogLikelihood];
  if (a == null || b == null || validation?.accuracy !== test?.accuracy) return false;
  return Math.abs(a - b) <= ROUNDING * Math.abs(a);
}

function testedTrials({ study }: ExaminedStudy) {
  const tested = study.runs.filter(({ test }) => test !== undefined);
  if (!isTrialStudy(study) || tested.length === 0) return undefined;
  return fail(
    `${countText(tested.length, "run")} of trials were evaluated on the test images, from which the selection must not learn.`,
  );
}

/** From so many settings of one optimizer on, a study looks like a search for the best of them. */
const SEARCH = 3;

function testedSettings({ study, tasks }: ExaminedStudy) {
  if (study.config.question === "tuned") return undefined;
  const [largest] = tasks
    .flatMap(({ arms }) => groupBy(arms, ({ config, loss }) => `${config.optimizer.name} ${loss}`))
    .map((arms) => arms.filter(({ runs }) => runs.some(({ test }) => test !== undefined)))
    .sort((a, b) => b.length - a.length);
  if (largest === undefined || largest.length < SEARCH) return undefined;
  return note(
    `The test images were evaluated for ${largest.length} settings of ${printable(largest[0]!.config.optimizer.name)}: the best test accuracy among them is too high an estimate of what it reaches.`,
  );
}
