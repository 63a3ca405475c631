import type { Study } from "../../study/study.js";
import { verdictsOf } from "../../verdicts/judge.js";
import type { Verdicts } from "../../verdicts/verdicts.js";
import { headline, settingsCaveats } from "./headline.js";
import { incompleteNote } from "./incomplete.js";
import { resultsOf } from "./results.js";

/** The conclusion of a study: question, answer, and caveats. */
export interface Conclusion {
  readonly question: string;
  readonly answer: string;
  readonly caveats: readonly string[];
  readonly verdicts: Verdicts;
}

export function conclude(study: Study): Conclusion {
  const results = resultsOf(study);
  const verdicts = verdictsOf(study);
  return {
    question: headline(study, results),
    answer: verdicts.sentence,
    caveats: [...incompleteNote(study, results), ...verdicts.notes, ...settingsCaveats(study, results)],
    verdicts,
  };
}
