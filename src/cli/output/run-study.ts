import { join } from "node:path";
import { z } from "zod";
import { type CompareConfig, parseCompareConfig } from "../../config/compare-config.js";
import { type StudyArms, studyArms } from "../../config/study-arms.js";
import type { Dataset } from "../../data/dataset.js";
import { OptimbenchError } from "../../errors.js";
import { askedSize, plannedSize } from "../../study/cut-study.js";
import type { Executor } from "../../study/executor.js";
import { isTrialStudy, isWorthKeeping, type Study } from "../../study/study.js";
import { loadDatasets } from "../../study/study-datasets.js";
import { keepResult } from "../../system/keep-result.js";
import { print, printNotice } from "../../system/terminal.js";
import type { CheckpointOptions } from "../../training/checkpoint/checkpoint-options.generated.js";
import { compare } from "../../tuning/compare-tuned.js";
import { durationSchema, durationSeconds } from "../../validation/duration.js";
import { parse } from "../../validation/parse.js";
import { judgeStudy } from "../../verdicts/judge.js";
import type { Verdicts } from "../../verdicts/verdicts.js";
import { attempts } from "../progress/attempts.js";
import { onInterrupt } from "../progress/interrupt.js";
import type { Progress } from "../progress/progress.js";
import { showReading } from "../progress/read-progress.js";
import type { Answer } from "./answer.js";
import { answerNo } from "./exit.js";
import { checkNewFile } from "./out-file.js";
import { prepareOutFolder, withOutOptions } from "./out-folder.js";

/** How `compare` and `train` output a study. */
interface StudyOutput {
  /** Folder for the study, table and figures; undefined for none. A study in it is continued. */
  readonly folder: string | undefined;
  /** Whether to replace a study in the folder, and the file of `save`. Default false. */
  readonly overwrite?: boolean | undefined;
  /** File for the model of the only run; undefined for none. */
  readonly save?: string | undefined;
  readonly answer: Answer;
  readonly progress: Progress;
  /** Whether not to show that images are read. Default false. */
  readonly quiet?: boolean;
  /** The part to run, such as "3/8"; undefined for all. */
  readonly shard?: string | undefined;
  /** The time for the runs, such as "10m"; undefined for no limit. */
  readonly budget?: string | undefined;
  /** What trains the runs; undefined for this process. */
  readonly executor?: Executor | undefined;
  /** Whether to show how the time of the steps is spent. */
  readonly profile?: boolean;
  /** The checkpoints of the only run. */
  readonly checkpoint?: CheckpointOptions | undefined;
}

/**
 * Runs or continues a study, and presents its results, also after Ctrl-C. If a file cannot be written, the study continues; the
 * error is thrown at the end.
 */
export async function runStudy(
  config: CompareConfig,
  {
    folder,
    overwrite,
    save,
    answer,
    progress,
    shard,
    budget,
    checkpoint,
    executor,
    profile = false,
    quiet = false,
  }: StudyOutput,
): Promise<void> {
  if (budget !== undefined) parse(budgetSchema, { budget }, "options");
  const asked = studyArms(parseCompareConfig(config));
  const { arms } = asked;
  if (save !== undefined) await checkNewFile(save, "--save", { overwrite });
  if (folder !== undefined) await prepareOutFolder(folder);
  const interrupt = onInterrupt(progress.onNotice);
  const datasets = await readDatasets(arms, { quiet, signal: interrupt.signal }).catch((error) => {
    interrupt.stop();
    throw error;
  });
  const [dataset, ...others] = new Set(arms.map(({ config: each }) => datasets.of(each)));
  const shown = others.length === 0 ? dataset : undefined;
  const { attempt, throwFailures } = attempts();
  let study: Study | undefined;
  let hasRun = false;
  let saved = false;
  /** Whether a study is that of the trials, whose report would not be the answer. */
  const isOfTrials = (of: Study) => config.question === "tuned" && isTrialStudy(of);
  try {
    await attempt(async () => {
      study = await withOutOptions(() =>
        compare(
          {
            ...config,
            ...(folder !== undefined && { folder, overwrite: overwrite ?? false }),
            ...(shard !== undefined && { shard }),
            ...(budget !== undefined && { budget }),
            ...(checkpoint !== undefined && { checkpoint }),
            ...(executor !== undefined && { executor }),
            signal: interrupt.signal,
            profile,
            onNotice: progress.onNotice,
            onPlan: progress.onPlan,
            onEpoch: progress.onEpoch,
            onSkip: progress.onSkip,
            async onRun(run, soFar, planned) {
              progress.onRun(planned, run.record);
              if (isOfTrials(soFar)) return;
              // Before study.json is written, so that the old page is not left beside the new study.
              if (!hasRun && folder !== undefined) await attempt(() => removeOldReport(folder, soFar));
              study = soFar;
              hasRun = true;
              if (save !== undefined)
                saved = await attempt(() => keepResult(save, (path) => run.model.save(path)));
            },
          },
          datasets,
        ),
      );
    });
    progress.stop();
    if (study === undefined) return throwFailures();
    const verdicts = await judgeStudy(study);
    answer.give({
      ...study,
      verdicts,
      ...(budget !== undefined && { budget: budgetResult(budget, asked, study) }),
    });
    if (study.failed !== undefined) answerNo();
    if (study.runs.length > 0 && !answer.isJson) await printStudy(study, verdicts);
    const finished = study;
    if (isOfTrials(finished)) return printNotice(UNFINISHED);
    if (folder !== undefined && isWorthKeeping(finished))
      if (await attempt(() => report(finished, shown, folder)))
        answer.remark(`\nReport: ${join(folder, "index.html")}`);
    if (checkpoint !== undefined && study.runs.some(({ status }) => status === "cancelled"))
      answer.remark(`Checkpoint: ${checkpoint.path}. The same command with --resume goes on from it.`);
    if (saved) answer.remark(`Model: ${save}`);
    else if (save !== undefined && !hasRun && study.runs.length > 0)
      await attempt(() => Promise.reject(nothingToSave(folder!)));
  } finally {
    progress.stop();
    interrupt.stop(); // last, so that a second signal cannot interrupt the report
  }
  throwFailures();
}

const budgetSchema = z.object({ budget: durationSchema });

/** What a budget has left of what was asked. */
const budgetResult = (budget: string, asked: StudyArms, { config }: Study) => ({
  seconds: durationSeconds(budget),
  asked: askedSize(asked),
  planned: plannedSize(config),
});

async function readDatasets(
  arms: Parameters<typeof loadDatasets>[0],
  { quiet, signal }: { readonly quiet: boolean; readonly signal: AbortSignal },
) {
  const reading = showReading({ quiet });
  try {
    return await loadDatasets(arms, undefined, { onRead: reading.onRead, signal });
  } finally {
    reading.stop();
  }
}

const UNFINISHED =
  "The study ended during its trials, so nothing is selected. With --out, the same command continues it.";

const nothingToSave = (folder: string) =>
  new OptimbenchError(
    "FILE",
    `The run in ${folder} ended earlier, so there is no model to save. Train it again with --overwrite.`,
    { path: folder },
  );

async function removeOldReport(folder: string, study: Study): Promise<void> {
  const { removeReport } = await import("../../report/folder/remove-report.js");
  if (isWorthKeeping(study)) await removeReport(folder);
}

/** Loads the large modules of tables on demand. */
async function printStudy(study: Study, verdicts: Verdicts): Promise<void> {
  const { resultTable } = await import("../../report/tables/result-table.js");
  print(resultTable(study, { verdicts }));
  await presentProfiles(study);
}

async function report(study: Study, dataset: Dataset | undefined, folder: string): Promise<void> {
  const { writeReport } = await import("../../report/folder/write-report.js");
  await writeReport(study, folder, { onNotice: printNotice, ...(dataset && { dataset }) });
}

async function presentProfiles({ runs }: Study): Promise<void> {
  const { profileTable } = await import("../../report/tables/profile-table.js");
  for (const { profile } of runs)
    if (profile !== undefined && profile.steps > 0) print(`\n${profileTable(profile)}`);
}
