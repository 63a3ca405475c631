import { join } from "node:path";
import { type CompareConfig, parseCompareConfig } from "../../config/compare-config.js";
import type { Dataset } from "../../data/dataset.js";
import { datasetOf } from "../../data/load-dataset.js";
import { compare } from "../../study/compare.js";
import type { Study } from "../../study/study.js";
import { print, printNotice } from "../../system/terminal.js";
import { attempts } from "../progress/attempts.js";
import { onInterrupt } from "../progress/interrupt.js";
import type { Progress } from "../progress/progress.js";
import { keepResult } from "./keep-result.js";
import { checkNewFile } from "./out-file.js";
import { prepareOutFolder } from "./out-folder.js";
import { sampleImages } from "./sample-images.js";
import { isWorthKeeping, studyStore } from "./study-store.js";

/** How `compare` and `train` output a study. */
interface StudyOutput {
  /** Folder for study.json, table and figures; undefined for none. */
  readonly folder: string | undefined;
  /** Whether to replace a study in the folder, and the file of `save`. Default false. */
  readonly overwrite?: boolean | undefined;
  /** File for the model of the only run; undefined for none. */
  readonly save?: string | undefined;
  /** Whether to print the study as JSON instead of the table. */
  readonly json: boolean;
  readonly progress: Progress;
  /** Receives messages about where results were written. */
  readonly onWritten: (text: string) => void;
  /** Whether to show how the time of the steps is spent. */
  readonly profile?: boolean;
}

/**
 * Runs a study, saves it after every run, and presents its results, also after Ctrl-C. If a file cannot be written, the study
 * continues; the error is thrown at the end.
 */
export async function runStudy(
  config: CompareConfig,
  { folder, overwrite, save, json, progress, onWritten, profile = false }: StudyOutput,
): Promise<void> {
  const choice = parseCompareConfig(config);
  if (save !== undefined) await checkNewFile(save, "--save", { overwrite });
  if (folder !== undefined) await prepareOutFolder(folder, { overwrite });
  const dataset = await datasetOf(choice);

  const interrupt = onInterrupt();
  const { attempt, throwFailures } = attempts();
  const store = folder === undefined ? undefined : studyStore(folder);
  let study: Study | undefined;
  let saved = false;
  try {
    await attempt(async () => {
      study = await compare({
        ...config,
        dataset,
        signal: interrupt.signal,
        profile,
        onEpoch: progress.onEpoch,
        async onRun(run, soFar, planned) {
          study = soFar;
          progress.onRun(planned);
          await store?.keep(soFar, soFar.runs.length < planned.count && !interrupt.signal.aborted);
          if (save !== undefined)
            saved = await attempt(() => keepResult(save, (path) => run.model.save(path)));
        },
      });
    });
    progress.stop();
    if (study === undefined) return throwFailures();
    if (json) print(JSON.stringify(study, null, 2));
    if (study.runs.length > 0 && !json) await printStudy(study);
    const finished = study;
    if (store && isWorthKeeping(finished)) {
      await attempt(() => store.finish(finished));
      if (await attempt(() => report(finished, dataset, store.folder)))
        onWritten(`\nReport: ${join(store.folder, "index.html")}`);
    }
    if (saved) onWritten(`Model: ${save}`);
  } finally {
    progress.stop();
    interrupt.stop(); // last, so that a second signal cannot interrupt the report
  }
  throwFailures();
}

/** Loads the large modules of tables on demand. */
async function printStudy(study: Study): Promise<void> {
  const { resultTable } = await import("../../report/tables/result-table.js");
  print(resultTable(study));
  await presentProfiles(study);
}

async function report(study: Study, dataset: Dataset, folder: string): Promise<void> {
  const { writeReport } = await import("../../report/folder/write-report.js");
  const samples = await sampleImages(() => dataset, printNotice);
  await writeReport(study, folder, { onNotice: printNotice, ...(samples && { samples }) });
}

async function presentProfiles({ runs }: Study): Promise<void> {
  const { profileTable } = await import("../../report/tables/profile-table.js");
  for (const { profile } of runs)
    if (profile !== undefined && profile.steps > 0) print(`\n${profileTable(profile)}`);
}
