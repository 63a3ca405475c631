import { existsSync } from "node:fs";
import { join } from "node:path";
import { type CompareConfig, parseCompareConfig } from "../config/compare-config.js";
import { isToBeTuned, studyArms } from "../config/study-arms.js";
import type { Tuning } from "../config/tuning-config.js";
import {
  type EstimateOptions,
  estimateArms,
  estimateOptionsSchema,
  type StudyEstimate,
  type TrialsEstimate,
} from "../study/estimate.js";
import { prepareStudy } from "../study/prepare-study.js";
import { CELLS, TUNING } from "../study/result-folder.js";
import { readStored, studyOf } from "../study/stored-study.js";
import { loadDatasets, type StudyDatasets } from "../study/study-datasets.js";
import { parse } from "../validation/parse.js";
import { checkFolder, checkWhole } from "./compare-tuned.js";
import { earlierExtensions } from "./run-trials.js";
import {
  type AskedTuning,
  extensionFor,
  extensionsLeft,
  selectedStudy,
  type TrialStudy,
  trialStudy,
  trialsPerExtension,
  tunedBy,
  withSettings,
} from "./trial-study.js";

/**
 * Estimates a study, whatever its question, from a few measured steps of each kind of run. Nothing is kept or written.
 *
 * @throws OptimbenchError as `compare` before the first run
 */
export async function estimateStudy(
  config: CompareConfig = {},
  given: EstimateOptions = {},
): Promise<StudyEstimate> {
  const options = parse(estimateOptionsSchema, given, "options") as EstimateOptions;
  const asked = studyArms(parseCompareConfig(config));
  return isToBeTuned(asked) ? estimateTuned(asked as AskedTuning, options) : estimateArms(asked, options);
}

/** Estimates the trials, and the runs of the selected settings. */
async function estimateTuned(
  asked: AskedTuning,
  { folder, budget, signal }: EstimateOptions,
): Promise<StudyEstimate> {
  checkWhole({ shard: undefined, budget });
  if (folder !== undefined) await checkFolder(folder);
  const datasets = await loadDatasets(asked.arms, undefined, { signal });
  const estimate = (study: typeof asked | TrialStudy["study"], place?: string) =>
    estimateArms(study, { ...(place && { folder: place }), ...(signal && { signal }) }, datasets);
  const trialFolder = folder && join(folder, TUNING);
  const { plan, tuning } = await plannedTrials(asked, trialFolder, datasets, signal);
  const trials = await estimate(plan.study, trialFolder);
  const study = await (tuning === undefined
    ? estimate(withTypicalSettings(asked, plan))
    : estimate(selectedStudy(asked, tuning), folder));
  return {
    ...study,
    memoryBytes: Math.max(study.memoryBytes, trials.memoryBytes),
    diskBytes: study.diskBytes + trials.diskBytes,
    trials: trialsEstimate(trials, plan, tuning !== undefined),
  };
}

/** The trials as far as they are planned, and what they have selected if all are in the folder. */
async function plannedTrials(
  asked: AskedTuning,
  folder: string | undefined,
  datasets: StudyDatasets,
  signal: AbortSignal | undefined,
): Promise<{ readonly plan: TrialStudy; readonly tuning?: Tuning }> {
  if (folder === undefined || !existsSync(join(folder, CELLS))) return { plan: trialStudy(asked, []) };
  const stored = await readStored(folder);
  let extensions = await earlierExtensions(folder, asked, datasets, signal);
  for (;;) {
    const plan = trialStudy(asked, extensions);
    const { question } = await prepareStudy(plan.study, datasets, signal);
    const arms = tunedBy(studyOf({ question, cells: stored.cells }), plan);
    if (arms === undefined) return { plan };
    const extension = extensionFor(arms, plan.tuning);
    if (extension === undefined) return { plan, tuning: { ...plan.tuning, arms } };
    extensions = [...extensions, extension];
  }
}

/** The study with the settings of the second trials. With the first ones, an optimizer may lack a state that others have. */
const withTypicalSettings = (asked: AskedTuning, { trials }: TrialStudy) =>
  withSettings(
    asked,
    trials.map(({ values }) => values[1]!),
  );

function trialsEstimate(
  { runs, finished, seconds }: StudyEstimate,
  { tuning, trials }: TrialStudy,
  isSelected: boolean,
): TrialsEstimate {
  const perExtension = trialsPerExtension(tuning) * trials.length * tuning.seeds.length;
  const mostMore = isSelected ? 0 : extensionsLeft(tuning) * perExtension;
  const perRun = finished === runs ? 0 : seconds / (runs - finished);
  return { runs, finished, seconds, mostMore, mostMoreSeconds: mostMore * perRun };
}
