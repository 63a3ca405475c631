import { type CompareConfig, parseCompareConfig } from "../config/compare-config.js";
import { type StudyArms, studyArms } from "../config/study-arms.js";
import { configError } from "../errors.js";
import { withMemory } from "../native/require-memory.js";
import { parseCheckpointOptions } from "../training/checkpoint/checkpoint-options.js";
import { copyWithCallbacks } from "../validation/callbacks.js";
import type { CompareCallbacks } from "./callbacks.js";
import { fitStudy, fittedIn } from "./fit-study.js";
import { prepareStudy } from "./prepare-study.js";
import { runCells } from "./run-cells.js";
import type { Study } from "./study.js";
import { loadDatasets, type StudyDatasets } from "./study-datasets.js";
import { StudyFolder } from "./study-folder.js";

/**
 * Trains every arm with every seed under equal conditions: runs of a seed with the same dataset and model share split, initial
 * weights and data order. One seed runs after another, and the arms of each in random order, so that a slow minute of the machine affects
 * no arm more than others on average.
 *
 * @param loaded datasets that need not be loaded again
 * @param isDecided whether a study whose seeds are added in rounds needs no more
 * @throws OptimbenchError (CONFIG, FORMULA, DATA, MEMORY, LIBTORCH) before the first run, (FILE) if the folder has another study
 *   or cannot be written, (NATIVE) from a run that failed
 */
export async function compare(
  input: CompareConfig & CompareCallbacks = {},
  loaded?: StudyDatasets,
  isDecided: (study: Study) => boolean = () => false,
): Promise<Study> {
  const { asked, callbacks } = askedStudy(input);
  return compareArms(asked, callbacks, loaded, isDecided);
}

/** What is optional may also be undefined. */
export type GivenCallbacks = { readonly [Key in keyof CompareCallbacks]: CompareCallbacks[Key] | undefined };

/** The keys of `CompareCallbacks`; all others are of the study. */
const CALLBACKS: Readonly<Record<keyof CompareCallbacks, true>> = {
  onPlan: true,
  onEpoch: true,
  onRun: true,
  onSkip: true,
  onNotice: true,
  signal: true,
  profile: true,
  folder: true,
  overwrite: true,
  shard: true,
  budget: true,
  checkpoint: true,
  executor: true,
};

/** Divides what `compare` is given into the study and the rest. @throws OptimbenchError (CONFIG) */
export function askedStudy(input: CompareConfig & CompareCallbacks): {
  readonly asked: StudyArms;
  readonly callbacks: GivenCallbacks;
} {
  const all = copyWithCallbacks(input, "compare config");
  const part = (isWanted: (key: string) => boolean) =>
    Object.fromEntries(Object.entries(all).filter(([key]) => isWanted(key)));
  return {
    asked: studyArms(parseCompareConfig(part((key) => !Object.hasOwn(CALLBACKS, key)))),
    callbacks: part((key) => Object.hasOwn(CALLBACKS, key)) as GivenCallbacks,
  };
}

/** Why a study whose runs are trained elsewhere does without. */
const WITHOUT = {
  shard: "The workers share all runs already. Omit it.",
  budget: "Only a measurement on the workers could say what fits. Give the `seeds` and `epochs` that fit.",
  checkpoint: "The workers keep checkpoints if they are given a folder. Omit it.",
} as const;

/** The same for arms that are already known. */
export async function compareArms(
  asked: StudyArms,
  { folder, overwrite, budget, checkpoint: given, ...callbacks }: GivenCallbacks,
  loaded?: StudyDatasets,
  isDecided: (study: Study) => boolean = () => false,
): Promise<Study> {
  if (callbacks.shard !== undefined && asked.seedsPerRound !== undefined)
    throw configError(
      "`shard` divides a fixed number of runs, but with `seedsPerRound` results decide on the number. Several processes may share the study's folder instead, or give a number of `seeds`.",
      "shard",
    );
  if (callbacks.shard !== undefined && budget !== undefined)
    throw configError(
      "`budget` and `shard` exclude each other, since each part would be cut by another measurement. Several processes may share the study's folder instead, or give the `seeds` and `epochs` that fit.",
      "budget",
    );
  for (const key of ["shard", "budget", "checkpoint"] as const)
    if (callbacks.executor !== undefined && { ...callbacks, budget, checkpoint: given }[key] !== undefined)
      throw configError(`\`${key}\` and \`executor\` exclude each other. ${WITHOUT[key]}`, key);
  const checkpoint = given && parseCheckpointOptions(given);
  const runs = asked.arms.length * asked.seeds.length;
  if (checkpoint !== undefined && runs > 1)
    throw configError(
      `\`checkpoint\` names the file of one run, but the study has ${runs}. Omit it, and give the study a \`folder\`, which keeps checkpoints of each run.`,
      "checkpoint",
    );
  await callbacks.executor?.ready();
  const { onNotice = () => {}, signal } = callbacks;
  const datasets = await loadDatasets(asked.arms, loaded, { signal });
  const fitting = { budget: budget ?? "", folder: overwrite ? undefined : folder, onNotice, signal };
  const fitted = budget === undefined ? asked : await fitStudy(asked, datasets, fitting);
  const open = async (study: StudyArms) => {
    const prepared = await prepareStudy(study, datasets, signal);
    if (folder === undefined) return { ...prepared, store: undefined };
    const options = { overwrite: overwrite ?? false, onNotice };
    return { ...prepared, store: await StudyFolder.open(folder, prepared.question, options) };
  };
  const { question, cells, arms, atOnce, memory, store } = await open(fitted).catch(async (error) => {
    // Another process may just have cut the study elsewhere.
    const there = budget === undefined ? undefined : await fittedIn(asked, datasets, fitting);
    if (there === undefined) throw error;
    return open(there);
  });
  const { seedsPerRound } = question.config;
  const rounds = seedsPerRound === undefined ? undefined : { runs: seedsPerRound * arms, isDecided };
  const setting = { question, store, arms, atOnce, rounds, budget, checkpoint, ...callbacks };
  return withMemory(memory, [], () => runCells(cells, setting));
}
