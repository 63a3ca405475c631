import { armConfigs } from "../config/resolved-study.js";
import type { TunedArm } from "../config/tuning-config.js";
import { inclusion } from "../optimizers/inclusions.js";
import type { Arm } from "../study/arms.js";
import { canonicalJson } from "../study/cell.js";
import { countText } from "../validation/count-text.js";
import { listText } from "../validation/list-text.js";
import { pointsText } from "../verdicts/texts.js";
import { type Check, fail } from "./check.js";
import { type ExaminedStudy, pairText } from "./examined-study.js";

export const inclusionViolated: Check = {
  name: "inclusion-violated",
  advice:
    "Give tuning more trials or a wider space: the search has missed settings that are at least as good.",
  find(examined) {
    const tuned = tunedArms(examined);
    const texts = examined.tasks.flatMap((task) => {
      const arms = new Map(task.arms.map((arm) => [arm.label, arm]));
      return task.verdicts.pairs.flatMap((pair) => {
        const [special, general] = [arms.get(pair.a), arms.get(pair.b)];
        const found = general && tuned(general);
        if (pair.verdict !== "better" || special === undefined || found === undefined) return [];
        const by = inclusion(special.config.optimizer, general!.config.optimizer, Object.keys(found.space));
        if (by === undefined) return [];
        return [
          `${pairText(task, pair)} by ${pointsText(pair.difference)}, after ${countText(found.trials.length, "trial")} that searched ${listText(by)}`,
        ];
      });
    });
    if (texts.length === 0) return undefined;
    return fail(
      `A tuned special case is better than the optimizer that contains it: ${listText(texts, { separator: "; " })}.`,
    );
  },
};

/** How each arm was tuned. `tuning.arms` and the arms of the study's config are in the same order. */
function tunedArms({ study: { config } }: ExaminedStudy): (arm: Arm) => TunedArm | undefined {
  const tuned = config.tuning?.arms ?? [];
  const keyOf = (arm: object) => canonicalJson({ ...arm, seed: 0 });
  const byConfig = new Map(
    tuned.length === 0 ? [] : armConfigs(config).map((arm, i) => [keyOf(arm.optimizer), tuned[i]]),
  );
  return (arm) => byConfig.get(keyOf(arm.config.optimizer));
}
