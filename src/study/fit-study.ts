import { existsSync } from "node:fs";
import { join } from "node:path";
import { armConfigs } from "../config/resolved-study.js";
import { leastSeedsInRounds } from "../config/seed-rounds.js";
import type { StudyArms } from "../config/study-arms.js";
import { configError } from "../errors.js";
import { secondsOf } from "../training/measure-cost.js";
import { countText } from "../validation/count-text.js";
import { durationAbove, durationSeconds } from "../validation/duration.js";
import { durationText } from "../validation/duration-text.js";
import { costsOf } from "./arm-costs.js";
import { CellsFile } from "./cells-file.js";
import { askedSize, cutStudy, cutText } from "./cut-study.js";
import { type ArmTime, type Extent, type Fit, fitBudget } from "./fit-budget.js";
import type { PlannedCell } from "./planned-cell.js";
import { type PreparedStudy, prepareStudy } from "./prepare-study.js";
import { CELLS } from "./result-folder.js";
import type { StudyDatasets } from "./study-datasets.js";
import { questionOf } from "./study-folder.js";

/** The share of a budget that is planned. The rest is for a machine that becomes slower. */
const PLANNED_SHARE = 0.9;

interface Fitting {
  /** Such as "10m". */
  readonly budget: string;
  /** A folder whose study is continued; undefined for none. */
  readonly folder: string | undefined;
  /** Called with what was cut. */
  readonly onNotice?: ((text: string) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Cuts a study to what a budget allows, by a few measured steps of each kind of run. A folder that has the study with fewer seeds or
 * epochs decides instead, so that a study is continued although another measurement would cut elsewhere.
 *
 * @throws OptimbenchError (CONFIG) if not even the smallest study fits
 */
export async function fitStudy(
  asked: StudyArms,
  datasets: StudyDatasets,
  fitting: Fitting,
): Promise<StudyArms> {
  const there = await fittedIn(asked, datasets, fitting);
  if (there !== undefined) return there;
  const { budget, onNotice, signal } = fitting;
  const seconds = PLANNED_SHARE * durationSeconds(budget);
  const study = await prepareStudy(asked, datasets, signal);
  const fit = fitBudget(await timesOf(study, signal), extentOf(asked, study), seconds);
  const meanwhile = await fittedIn(asked, datasets, fitting); // another process may have measured at the same time
  if (meanwhile !== undefined) return meanwhile;
  const fitted = cutStudy(asked, fit.seeds, fit.epochs);
  if (fit.seconds > seconds) throw doesNotFit(budget, fit);
  const cut = cutText(askedSize(asked), askedSize(fitted));
  if (cut !== undefined)
    onNotice?.(`The budget of ${budget} allows ${cut}, which take about ${durationText(fit.seconds)}.`);
  return fitted;
}

/** The study in the folder, if it is the asked one with fewer seeds or epochs, or the asked one itself. */
export async function fittedIn(
  asked: StudyArms,
  datasets: StudyDatasets,
  { folder, onNotice, signal }: Fitting,
): Promise<StudyArms | undefined> {
  if (folder === undefined || !existsSync(join(folder, CELLS))) return undefined;
  const there = questionOf(await new CellsFile(folder).readNew());
  if (there === undefined) return undefined;
  const { seeds } = there.config;
  const epochs = armConfigs(there.config).map((arm) => arm.epochs);
  if (seeds.length > asked.seeds.length || epochs.length !== asked.arms.length) return undefined;
  const study = cutStudy(asked, seeds.length, epochs);
  if (study.arms.some(({ config }, i) => config.epochs > asked.arms[i]!.config.epochs)) return undefined;
  const { question } = await prepareStudy(study, datasets, signal);
  const known = new Set(there.cells);
  if (question.cells.length !== known.size || !question.cells.every((key) => known.has(key)))
    return undefined;
  const cut = cutText(askedSize(asked), askedSize(study));
  if (cut !== undefined) onNotice?.(`${folder} has the study cut to ${cut}. It is continued.`);
  return study;
}

async function timesOf({ cells, arms }: PreparedStudy, signal: AbortSignal | undefined): Promise<ArmTime[]> {
  const first = cells.slice(0, arms);
  const costs = await costsOf(first, signal);
  return first.map(({ plan, dataset }: PlannedCell, i) => {
    const of = (epochs: number) =>
      secondsOf({ ...plan, config: { ...plan.config, epochs } }, costs[i]!, dataset.test?.count);
    return { epochs: plan.config.epochs, start: of(0), epoch: of(1) - of(0) };
  });
}

function extentOf({ seeds, seedsPerRound }: StudyArms, { atOnce }: PreparedStudy): Extent {
  if (seedsPerRound === undefined) return { seeds: seeds.length, seedsPerRound: 1, leastSeeds: 1, atOnce };
  return { seeds: seeds.length, seedsPerRound, leastSeeds: leastSeedsInRounds(seedsPerRound), atOnce };
}

function doesNotFit(budget: string, { seeds, epochs, seconds }: Fit) {
  const size = `${countText(seeds, "seed")} and ${countText(Math.max(...epochs), "epoch")}`;
  return configError(
    `The study does not fit in \`budget\` (${budget}): even with ${size} it takes about ${durationText(seconds)}. ` +
      `A budget of ${durationAbove(seconds / PLANNED_SHARE)} fits. Raise it, or ask for fewer arms, a smaller model or fewer images.`,
    "budget",
  );
}
