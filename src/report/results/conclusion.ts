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

/** @param verdicts those of the study, if they are known */
export function conclude(study: Study, verdicts: Verdicts = verdictsOf(study)): Conclusion {
  const results = resultsOf(study);
  return {
    question: headline(study, results),
    answer: verdicts.sentence,
    caveats: [...incompleteNote(study, results), ...verdicts.notes, ...settingsCaveats(study, results)],
    verdicts,
  };
}
