import { pointsNumber } from "../../../verdicts/texts.js";
import type { ArmVerdict, Verdicts } from "../../../verdicts/verdicts.js";
import { type Html, html } from "../html.js";
import { folded } from "../parts/folded.js";
import { section } from "../parts/section.js";
import { type TableColumn, table } from "../parts/table.js";

/** How much of the spread between an arm's runs comes from the evaluation images being few, and how much from training. */
export function noise({ arms: all }: Verdicts): Html | undefined {
  const arms = all.filter((arm) => arm.noise !== null);
  if (arms.length === 0) return undefined;
  const column = (title: string, key: keyof NonNullable<ArmVerdict["noise"]>): TableColumn<ArmVerdict> => {
    const value = (arm: ArmVerdict) => arm.noise![key];
    return {
      title,
      isNumber: true,
      cell: (arm) => (value(arm) === null ? "–" : pointsNumber(value(arm)!)),
      sortBy: (arm) => value(arm) ?? Number.MAX_VALUE,
    };
  };
  return section("noise", "Noise", [
    folded(
      "The noise of",
      arms,
      table<ArmVerdict>({
        caption: "Standard deviations of an arm's accuracy, in points",
        className: "main",
        columns: [
          { title: "arm", isHead: true, cell: ({ label }) => label },
          column("between seeds", "observed"),
          column("from few images", "evaluation"),
          column("from training", "training"),
          column("floor of a run", "floor"),
        ],
        rows: arms,
      }),
    ),
    html`<p class="note">The spread between seeds has two sources. From few images: the evaluation images are a sample (estimated from the error rate). From training: what remains, which is how much the networks would differ on unlimited images. Floor of a run: what the choice of the images alone does to the accuracy of one run; smaller differences may not hold on other images.</p>\n`,
  ]);
}
