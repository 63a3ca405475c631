import type { ArmTargetTime, TargetTimes } from "../../../verdicts/target-times.js";
import type { Result } from "../../results/results.js";
import type { Task } from "../../results/tasks.js";
import { medianText, numberText } from "../../text/number-text.js";
import { type Html, html } from "../html.js";
import { folded } from "../parts/folded.js";
import { section } from "../parts/section.js";
import { type TableColumn, table } from "../parts/table.js";

/** How long each arm trained up to each target, fastest first, in a table per task. */
export function timeToTarget(
  targets: readonly TargetTimes[],
  tasks: readonly Task<Result>[],
): Html | undefined {
  if (targets.length === 0) return undefined;
  const isTimed = targets.some(({ arms }) => arms.some(({ seconds }) => seconds !== null));
  const measures = isTimed ? (["seconds", "steps", "epochs"] as const) : (["steps", "epochs"] as const);
  const column = (measure: (typeof measures)[number]): TableColumn<ArmTargetTime> => ({
    title: measure,
    isNumber: true,
    cell: (arm) => {
      const median = arm[measure];
      if (median === null) return "–";
      return measure === "seconds" ? numberText(median) : medianText(median);
    },
    sortBy: (arm) => arm[measure] ?? Number.MAX_VALUE,
  });
  const time = (arm: ArmTargetTime) => (isTimed ? arm.seconds : arm.epochs) ?? Number.POSITIVE_INFINITY;
  const tables = tasks.flatMap(({ name, items }) => {
    const labels = new Set(items.map(({ arm }) => arm.label));
    const on = name === undefined ? "" : ` on ${name.title}`;
    return targets.map(({ target, arms }) => ({
      caption: `Training up to a validation accuracy of ${target}${on}`,
      arms: arms.filter(({ label }) => labels.has(label)),
    }));
  });
  return section("targets", "Time to target", [
    ...tables.map(({ caption, arms }) =>
      folded(
        `${caption}:`,
        arms,
        table({
          caption,
          className: "main",
          columns: [
            { title: "arm", isHead: true, cell: ({ label }) => label },
            {
              title: "reached by",
              isNumber: true,
              cell: ({ reached, runs }) => `${reached} of ${runs}`,
              sortBy: ({ reached }) => reached,
            },
            ...measures.map(column),
          ],
          rows: [...arms].sort((a, b) => {
            const [one, other] = [time(a), time(b)];
            return one === other ? b.reached - a.reached : one - other;
          }),
        }),
      ),
    ),
    html`<p class="note">Medians over the seeds, up to the first evaluation at or above the target; nothing is interpolated. –: at least half of the runs missed it.${isTimed ? " Seconds are those of training steps alone." : ""}</p>`,
  ]);
}
