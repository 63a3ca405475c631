import type { ResolvedTrainConfig } from "../config/resolved-config.js";
import { type Arm, armsOf } from "../study/arms.js";
import { comparisonKey } from "../study/dataset-key.js";
import { isTrialStudy, type Study } from "../study/study.js";
import type { Work } from "../system/in-turns.js";
import { groupBy } from "../validation/group-by.js";
import { printable } from "../validation/printable.js";
import { judging } from "../verdicts/judge.js";
import type { PairVerdict } from "../verdicts/pair.js";
import type { Verdicts } from "../verdicts/verdicts.js";

/** A study with what several checks look at. */
export interface ExaminedStudy {
  readonly study: Study;
  readonly arms: readonly Arm[];
  /** None if nothing is compared, as in the trials of a tuned study, which are only selected from. */
  readonly tasks: readonly ExaminedTask[];
}

/** The arms of a study that are compared with each other, because they learn the same. */
export interface ExaminedTask {
  /** Such as "digits"; undefined if it is the only one. */
  readonly name: string | undefined;
  readonly arms: readonly Arm[];
  readonly verdicts: Verdicts;
}

/**
 * Examines a study, in pieces.
 *
 * @param verdicts those of the whole study, if they are known
 */
export function* examining(study: Study, verdicts?: Verdicts): Work<ExaminedStudy> {
  const arms = armsOf(study);
  if (isTrialStudy(study)) return { study, arms, tasks: [] };
  const groups = groupBy(study.runs, ({ config }) => comparisonKey(study.config, config));
  const isOnly = groups.length === 1;
  const tasks: ExaminedTask[] = [];
  for (const runs of groups) {
    const part = { ...study, runs };
    tasks.push({
      name: isOnly ? undefined : nameOf(study, runs[0]!.config),
      arms: isOnly ? arms : armsOf(part),
      verdicts: isOnly && verdicts !== undefined ? verdicts : yield* judging(part),
    });
  }
  return { study, arms, tasks };
}

const nameOf = ({ config: { suite } }: Study, { dataset, model }: ResolvedTrainConfig) =>
  printable(suite === undefined ? dataset : `${dataset} with ${model.name ?? "layers"}`);

/** "adam over sgd", and the task if there are several. */
export const pairText = ({ name }: ExaminedTask, { a, b }: Pick<PairVerdict, "a" | "b">): string =>
  `${a} over ${b}${name === undefined ? "" : ` on ${name}`}`;
