import { join } from "node:path";
import { compare } from "../compare.js";
import { type CompareConfig, parseCompareConfig } from "../config/compare-config.js";
import type { Dataset } from "../data/dataset.js";
import { loadDataset } from "../data/load-dataset.js";
import type { Study } from "../study.js";
import { writeStudy } from "../study-file.js";
import type { Run } from "../train.js";
import { onInterrupt } from "./interrupt.js";
import { prepareOutFolder } from "./out-folder.js";
import type { Progress } from "./progress.js";
import { samplePicture } from "./sample-picture.js";

/** What `compare` and `train` do with a study. */
export interface StudyOutput {
  /** Folder for study.json, table and figures; none where undefined. */
  readonly folder: string | undefined;
  /** Whether stdout gets the study as JSON instead of the table. */
  readonly json: boolean;
  readonly progress: Progress;
  readonly onRun?: (run: Run) => Promise<void>;
  /** Whether to show where the time of the steps went. */
  readonly profile?: boolean;
}

/** Runs a study, keeps it on the disk after every run, and presents what there is, even after Ctrl-C. */
export async function runStudy(
  config: CompareConfig,
  { folder, json, progress, onRun, profile = false }: StudyOutput,
): Promise<void> {
  const { dataset: source, dataDir } = parseCompareConfig(config);
  if (folder !== undefined) await prepareOutFolder(folder);
  const dataset = await loadDataset(source, { dataDir });

  const interrupt = onInterrupt();
  const study = await compare({
    ...config,
    dataset,
    signal: interrupt.signal,
    profile,
    onEpoch: progress.onEpoch,
    async onRun(run, soFar, planned) {
      progress.onRun(planned);
      if (folder !== undefined) await writeStudy(soFar, join(folder, "study.json"));
      await onRun?.(run);
    },
  }).finally(() => {
    progress.stop();
    interrupt.stop();
  });
  if (json) process.stdout.write(`${JSON.stringify(study, null, 2)}\n`);
  if (study.runs.length > 0) await present(study, dataset, folder, json);
}

/** The report's modules are large, so they load only when there is something to report. */
async function present(
  study: Study,
  dataset: Dataset,
  folder: string | undefined,
  json: boolean,
): Promise<void> {
  const { resultTable } = await import("../report/result-table.js");
  if (!json) process.stdout.write(`${resultTable(study)}\n`);
  if (!json) await presentProfiles(study);
  if (folder === undefined) return;
  const { writeReport } = await import("../report/write-report.js");
  const onNotice = (text: string) => void process.stderr.write(`${text}\n`);
  const samples = await samplePicture(() => dataset, onNotice);
  await writeReport(study, folder, { onNotice, ...(samples && { samples }) });
  if (!json) process.stdout.write(`\nReport: ${join(folder, "index.html")}\n`);
}

async function presentProfiles({ runs }: Study): Promise<void> {
  const { profileTable } = await import("../report/profile-table.js");
  for (const { profile } of runs)
    if (profile !== undefined && profile.steps > 0) process.stdout.write(`\n${profileTable(profile)}\n`);
}
