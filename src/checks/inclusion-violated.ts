import { inclusion } from "../optimizers/inclusions.js";
import { tunedArms } from "../study/tuned-arms.js";
import { countText } from "../validation/count-text.js";
import { listText } from "../validation/list-text.js";
import { pointsText } from "../verdicts/texts.js";
import { type Check, fail } from "./check.js";
import { pairText } from "./examined-study.js";

export const inclusionViolated: Check = {
  name: "inclusion-violated",
  advice:
    "Give tuning more trials or a wider space: the search has missed settings that are at least as good.",
  find({ study, tasks }) {
    const tunedArm = tunedArms(study.config);
    const texts = tasks.flatMap((task) => {
      const arms = new Map(task.arms.map((arm) => [arm.label, arm]));
      return task.verdicts.pairs.flatMap((pair) => {
        const [special, general] = [arms.get(pair.a), arms.get(pair.b)];
        const found = general && tunedArm(general.config);
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
