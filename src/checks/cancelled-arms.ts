import { failedNote } from "../study/failed-runs.js";
import { plannedRuns } from "../study/study.js";
import { countText, integerText } from "../validation/count-text.js";
import { listText } from "../validation/list-text.js";
import { type Check, fail } from "./check.js";

export const cancelledArms: Check = {
  name: "cancelled-arms",
  advice: "Run the same command again: it trains only what is missing.",
  find({ study, arms }) {
    const planned = plannedRuns(study);
    const finished = study.runs.filter(({ status }) => status !== "cancelled").length;
    if (finished >= planned) return undefined;
    const cancelled = arms
      .map(({ label, runs }) => ({
        label,
        count: runs.filter(({ status }) => status === "cancelled").length,
      }))
      .filter(({ count }) => count > 0)
      .map(({ label, count }) => `${label} (${count})`);
    const failed = study.failed?.length ?? 0;
    const missing = planned - study.runs.length - failed;
    const parts = [
      ...(cancelled.length === 0 ? [] : [`cancelled: ${listText(cancelled, { separator: ", " })}`]),
      ...(failed === 0 ? [] : [`${failed} failed`]),
      ...(missing <= 0 ? [] : [`${countText(missing, "run")} never began`]),
    ];
    return fail(
      [
        `${integerText(finished)} of ${countText(planned, "planned run")} finished (${parts.join("; ")}), so not every arm has every seed.`,
        ...failedNote(study),
      ].join(" "),
    );
  },
};
