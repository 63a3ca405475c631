import { join } from "node:path";
import { MOST_RUNS } from "../config/factors.js";
import type { GivenArm, StudyArms } from "../config/study-arms.js";
import type { Extension, Trial, TunedArm, Tuning } from "../config/tuning-config.js";
import { configError } from "../errors.js";
import { type OptimizerConfig, withOptimizerSetting } from "../optimizers/optimizers.js";
import { CellsFile } from "../study/cells-file.js";
import { compareArms, type GivenCallbacks } from "../study/compare.js";
import { distinctLabels } from "../study/labels.js";
import { TUNING } from "../study/result-folder.js";
import type { Study } from "../study/study.js";
import type { StudyDatasets } from "../study/study-datasets.js";
import { questionOf } from "../study/study-folder.js";
import type { RunRecord } from "../training/run-record.js";
import { countText } from "../validation/count-text.js";
import { decimalText } from "../validation/decimal-text.js";
import { searchSpaces } from "./search-space.js";
import { selectedEdge, selectedRate, selectTrial, trialOf } from "./select-trial.js";
import { type ArmTrials, trialsOf } from "./trial-values.js";

/** The most times that spaces are extended. */
const MOST_EXTENSIONS = 3;
/** The share of the trials that an extension adds: it adds a decade to four. */
const SHARE = 0.25;

/** A study whose settings are to be found. */
export type AskedTuning = StudyArms & { readonly tuning: Tuning };

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
  const spaces = searchSpaces(asked.arms, asked.tuning);
  const folder = outer === undefined ? undefined : join(outer, TUNING);
  const earlier = overwrite ? [] : await earlierExtensions(folder);
  let isReplaced = overwrite;
  for (let extensions = earlier; ; ) {
    const tuning = { ...asked.tuning, extensions };
    const trials = spaces.map((space, arm) => trialsOf(space, tuning, arm));
    const given = { ...callbacks, folder, overwrite: isReplaced };
    const study = await compareArms(trialStudy(asked, tuning, trials), given, datasets);
    isReplaced = false;
    const arms = tunedArms(study, trials, tuning.seeds.length);
    if (arms === undefined) return { unfinished: study };
    const sides = arms.map(selectedEdge);
    const isDone = extensions.length >= MOST_EXTENSIONS || sides.every((side) => side === "none");
    if (isDone) return { tuning: { ...tuning, arms } };
    const extension = { trials: Math.ceil(SHARE * tuning.trials), sides };
    callbacks.onNotice?.(extensionText(extension, arms));
    extensions = [...extensions, extension];
  }
}

/** The extensions that the trials in a folder have had, so that they are continued and not asked again. */
async function earlierExtensions(folder: string | undefined): Promise<readonly Extension[]> {
  if (folder === undefined) return [];
  return questionOf(await new CellsFile(folder).readNew())?.config.tuning?.extensions ?? [];
}

/** The study of the trials: an arm for each, on the seeds of the trials, without the test images. */
function trialStudy(
  { arms, execution, margin }: StudyArms,
  tuning: Tuning,
  trials: readonly ArmTrials[],
): StudyArms {
  const all = arms.flatMap((arm, i) => trials[i]!.values.map((values) => withValues(arm, values)));
  const runs = all.length * tuning.seeds.length;
  if (runs > MOST_RUNS)
    throw configError(
      `The trials would have ${countText(runs, "run")}, but at most ${countText(MOST_RUNS, "run")} are supported. Reduce \`tuning.trials\`.`,
      "tuning.trials",
    );
  return {
    arms: all.map(({ config, places }) => ({ config: { ...config, testEvaluation: false }, places })),
    areCombined: false,
    question: undefined,
    suite: undefined,
    tuning,
    seedsPerRound: undefined,
    seeds: tuning.seeds,
    execution,
    margin,
    targets: undefined,
  };
}

/** An arm with other settings of its optimizer. */
export function withValues({ config, places }: GivenArm, values: Trial["values"]): GivenArm {
  const optimizer = Object.entries(values).reduce<OptimizerConfig>(
    (before, setting) => withOptimizerSetting(before, setting, config.semantics) as OptimizerConfig,
    config.optimizer,
  );
  return { config: { ...config, optimizer }, places };
}

/** The trials of each arm and which is selected; undefined if some did not finish. */
function tunedArms(
  { runs }: Study,
  trials: readonly ArmTrials[],
  seeds: number,
): readonly TunedArm[] | undefined {
  const perSeed = trials.reduce((sum, { values }) => sum + values.length, 0);
  if (runs.length < perSeed * seeds || runs.some(({ status }) => status === "cancelled")) return undefined;
  const runsOf = (index: number): RunRecord[] =>
    Array.from({ length: seeds }, (_, seed) => runs[seed * perSeed + index]!);
  let first = 0;
  const arms = trials.map(({ space, values }) => {
    const start = first;
    first += values.length;
    const all = values.map((each, i) => trialOf(each, runsOf(start + i)));
    return { given: runsOf(start)[0]!.config, space, trials: all, selected: selectTrial(all) };
  });
  const labels = distinctLabels(arms.map(({ given }) => given));
  return arms.map(({ given, ...arm }, i) => {
    const { learningRate } = given.optimizer;
    return { label: labels[i]!, learningRate, ...arm };
  });
}

function extensionText({ trials, sides }: Extension, arms: readonly TunedArm[]): string {
  const onEdge = arms.flatMap((arm, i) => {
    const { learningRate: range } = arm.space;
    if (sides[i] === "none" || range === undefined) return [];
    return [`${arm.label} (${decimalText(selectedRate(arm))} in ${range.from} to ${range.to})`];
  });
  return `The best learning rate is on the edge of its space: ${onEdge.join(", ")}. The space grows by a decade, and every arm runs ${countText(trials, "more trial")}.`;
}
