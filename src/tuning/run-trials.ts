import { join } from "node:path";
import type { Extension, TunedArm, Tuning } from "../config/tuning-config.js";
import { CellsFile } from "../study/cells-file.js";
import { compareArms, type GivenCallbacks } from "../study/compare.js";
import { prepareStudy } from "../study/prepare-study.js";
import { TUNING } from "../study/result-folder.js";
import type { Study } from "../study/study.js";
import type { StudyDatasets } from "../study/study-datasets.js";
import { questionOf } from "../study/study-folder.js";
import { countText } from "../validation/count-text.js";
import { decimalText } from "../validation/decimal-text.js";
import { selectedRate } from "./select-trial.js";
import { type AskedTuning, extensionFor, trialStudy, tunedBy } from "./trial-study.js";

/** What tuning found, or the study of the trials as far as they ran. */
export type TrialsResult = { readonly tuning: Tuning } | { readonly unfinished: Study };

/**
 * Runs the trials of every arm, as a study of its own in FOLDER/tuning. While the best learning rate of an arm is on the edge of
 * its space, that space grows, and every arm runs as many more trials.
 */
export async function runTrials(
  asked: AskedTuning,
  { folder: outer, overwrite, ...callbacks }: GivenCallbacks,
  datasets: StudyDatasets,
): Promise<TrialsResult> {
  const folder = outer === undefined ? undefined : join(outer, TUNING);
  let extensions =
    overwrite || folder === undefined
      ? []
      : await earlierExtensions(folder, asked, datasets, callbacks.signal);
  for (let isReplaced = overwrite; ; isReplaced = false) {
    const plan = trialStudy(asked, extensions);
    const study = await compareArms(plan.study, { ...callbacks, folder, overwrite: isReplaced }, datasets);
    const arms = tunedBy(study, plan);
    if (arms === undefined) return { unfinished: study };
    const extension = extensionFor(arms, plan.tuning);
    if (extension === undefined) return { tuning: { ...plan.tuning, arms } };
    callbacks.onNotice?.(extensionText(extension, arms));
    extensions = [...extensions, extension];
  }
}

/**
 * The extensions that the trials in a folder have had, so that they are continued and not asked again. Their sides are those of the
 * arms as now ordered: the cells of the given settings say where an arm was.
 */
export async function earlierExtensions(
  folder: string,
  asked: AskedTuning,
  datasets: StudyDatasets,
  signal: AbortSignal | undefined,
): Promise<readonly Extension[]> {
  const there = questionOf(await new CellsFile(folder).readNew());
  const extensions = there?.config.tuning?.extensions ?? [];
  if (there === undefined || extensions.length === 0) return extensions;
  const { study, trials } = trialStudy(asked, []);
  const { question } = await prepareStudy(study, datasets, signal);
  const places = trials.map((_, arm) => {
    const before = trials.slice(0, arm).reduce((sum, { values }) => sum + values.length, 0);
    return there.cells.indexOf(question.cells[before]!);
  });
  const known = places.filter((place) => place >= 0).sort((a, b) => a - b);
  return extensions.map((extension) => ({
    ...extension,
    sides: places.map((place) => extension.sides[known.indexOf(place)] ?? "none"),
  }));
}

function extensionText({ trials, sides }: Extension, arms: readonly TunedArm[]): string {
  const onEdge = arms.flatMap((arm, i) => {
    const { learningRate: range } = arm.space;
    if (sides[i] === "none" || range === undefined) return [];
    return [`${arm.label} (${decimalText(selectedRate(arm))} in ${range.from} to ${range.to})`];
  });
  return `The best learning rate is on the edge of its space: ${onEdge.join(", ")}. The space grows by a decade, and every arm runs ${countText(trials, "more trial")}.`;
}
