import { stepsAnEpoch } from "../config/steps-an-epoch.js";
import { scheduleEnd } from "../schedules/schedule-end.js";
import type { Arm } from "../study/arms.js";
import type { RunRecord } from "../training/run-record.js";
import { integerText } from "../validation/count-text.js";
import { listText } from "../validation/list-text.js";
import { printable } from "../validation/printable.js";
import { type Check, fail } from "./check.js";

export const midSchedule: Check = {
  name: "mid-schedule",
  advice: "Train to the end of the schedule, or choose a schedule as long as the training.",
  find({ arms }) {
    if (arms.length < 2) return undefined;
    const found = arms.flatMap((arm) => earlyText(arm) ?? []);
    if (found.length === 0) return undefined;
    return fail(
      `${found.length} of ${arms.length} arms are ranked before their schedule had ended: ${listText(found, { separator: "; " })}.`,
    );
  },
};

/** "adam at step 30 of 100 of its cosine schedule" */
function earlyText({ label, completed }: Arm): string | undefined {
  const early = completed.map((run) => ({ run, steps: stepsOf(run), end: endOf(run) }));
  const found = early.find(({ steps, end }) => steps < Math.floor(end));
  if (found === undefined) return undefined;
  return `${label} at step ${integerText(found.steps)} of ${integerText(Math.floor(found.end))} of its ${printable(found.run.config.schedule.name)} schedule`;
}

const stepsOf = ({ history, config }: RunRecord) => (history.at(-1)?.epoch ?? 0) * stepsAnEpoch(config);

const endOf = ({ config }: RunRecord) =>
  scheduleEnd(config.schedule, {
    learningRate: config.optimizer.learningRate,
    stepsPerEpoch: stepsAnEpoch(config),
    epochs: config.epochs,
  });
