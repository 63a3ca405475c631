import type { CompareConfig } from "../config/compare-config.js";
import type { GivenArm } from "../config/study-arms.js";
import type { Tuning } from "../config/tuning-config.js";
import { configError, OptimbenchError } from "../errors.js";
import { resolveOptimizer } from "../optimizers/optimizers.js";
import type { CompareCallbacks } from "../study/callbacks.js";
import { CellsFile } from "../study/cells-file.js";
import { askedStudy, compareArms, type GivenCallbacks } from "../study/compare.js";
import { prepareResultFolder } from "../study/result-folder.js";
import type { Study } from "../study/study.js";
import { loadDatasets, type StudyDatasets } from "../study/study-datasets.js";
import { questionOf } from "../study/study-folder.js";
import { tooFewSeedsOf } from "../study/too-few-seeds.js";
import { countText } from "../validation/count-text.js";
import { isDecided } from "../verdicts/is-decided.js";
import { runTrials } from "./run-trials.js";
import { type AskedTuning, selectedStudy, withValues } from "./trial-study.js";
import { trialsOf } from "./trial-values.js";

/**
 * Runs a study, whatever its question. A tuned study is two: the trials of every arm, in FOLDER/tuning, which never see the test
 * images; then, in FOLDER, the best settings of each arm by validation, on other seeds.
 *
 * @param loaded datasets that need not be loaded again
 * @returns the study. If the signal ended it during the trials: the study of the trials so far
 * @throws as `compare`
 */
export async function compare(
  input: CompareConfig & CompareCallbacks = {},
  loaded?: StudyDatasets,
): Promise<Study> {
  const { asked, callbacks } = askedStudy(input);
  const { question, tuning } = asked;
  const tooFew = tooFewSeedsOf(asked);
  if (tooFew !== undefined) callbacks.onNotice?.(tooFew);
  if (question !== "tuned" || tuning === undefined) return compareArms(asked, callbacks, loaded, isDecided);
  if (tuning.arms !== undefined) {
    checkSelected(asked.arms, tuning);
    return compareArms(asked, callbacks, loaded, isDecided);
  }
  return compareTuned({ ...asked, tuning }, callbacks, loaded);
}

async function compareTuned(
  asked: AskedTuning,
  callbacks: GivenCallbacks,
  loaded: StudyDatasets | undefined,
): Promise<Study> {
  checkWhole(callbacks);
  const { folder, overwrite, signal } = callbacks;
  if (folder !== undefined) await prepareResultFolder(folder);
  if (folder !== undefined && !overwrite) await checkFolder(folder);
  const datasets = await loadDatasets(asked.arms, loaded, { signal });
  const trials = await runTrials(asked, callbacks, datasets);
  if ("unfinished" in trials) return trials.unfinished;
  return compareArms(selectedStudy(asked, trials.tuning), callbacks, datasets, isDecided);
}

/** @throws OptimbenchError (CONFIG) if only a part of a tuned study is to run */
export function checkWhole({ shard, budget }: Pick<GivenCallbacks, "shard" | "budget">): void {
  if (shard !== undefined)
    throw configError(
      "A tuned study cannot run in parts with `shard`, since settings are selected from all trials. Start the same command several times with the same `folder` instead: the processes share the runs.",
      "shard",
    );
  if (budget !== undefined)
    throw configError(
      "A tuned study cannot be cut to a `budget`, because its trials decide what runs. Reduce `tuning.trials`, `seeds` or `epochs` instead.",
      "budget",
    );
}

/** Rejects a folder with an untuned study before the trials run. @throws OptimbenchError (FILE) */
export async function checkFolder(folder: string): Promise<void> {
  const there = questionOf(await new CellsFile(folder).readNew());
  if (there !== undefined && there.config.question !== "tuned")
    throw new OptimbenchError(
      "FILE",
      `${folder} already contains a study that is not tuned. Choose another \`folder\`, or replace the study with \`overwrite\`.`,
      { path: folder },
    );
}

/** The arms of a study.json that runs again must have the settings that its trials selected. */
function checkSelected(
  arms: readonly GivenArm[],
  { arms: tuned = [], trials, seed, extensions }: Tuning,
): void {
  const resolved = ({ config }: GivenArm) =>
    JSON.stringify(resolveOptimizer(config.optimizer, config.semantics));
  const isSelected = (arm: GivenArm, i: number) => {
    const trial = tuned[i]?.trials[tuned[i].selected];
    return trial !== undefined && resolved(withValues(arm, trial.values)) === resolved(arm);
  };
  if (arms.length !== tuned.length || !arms.every(isSelected))
    throw configError(
      "The arms in `tuning.arms` are not those of the study. Remove `tuning.arms` to tune these.",
      "tuning.arms",
    );
  const added = (extensions ?? []).reduce((sum, each) => sum + each.trials, 0);
  const counts = tuned.map((arm) => ({
    has: arm.trials.length,
    // a space of few values has fewer
    asked: trialsOf(arm.space, { trials, seed }, 0).values.length + added,
  }));
  const wrong = counts.find(({ has, asked }) => has !== asked);
  if (wrong !== undefined)
    throw configError(
      `\`tuning.trials\` stands for ${countText(wrong.asked, "trial")} per arm, but \`tuning.arms\` has ${wrong.has}. Omit \`tuning.trials\` to run the settings selected from these, or omit \`tuning.arms\` to tune again.`,
      "tuning.trials",
    );
}
