import { join } from "node:path";
import type { Command } from "commander";
import { removeReport } from "../../report/folder/remove-report.js";
import { mergeStudies } from "../../study/merge.js";
import { STUDY } from "../../study/result-folder.js";
import { plannedRuns } from "../../study/study.js";
import { type Answer, addAction } from "../output/answer.js";
import { withOutOptions } from "../output/out-folder.js";
import { reportStudy } from "./report.js";

interface Options {
  readonly out: string;
  readonly overwrite?: boolean;
}

/** Adds `optimbench merge`, which joins the parts of a study that ran in several folders. */
export function addMergeCommand(program: Command): void {
  const command = program
    .command("merge")
    .description("join studies that ran in several folders, such as the parts of --shard")
    .argument("<folder...>", "folders of studies")
    .requiredOption("--out <folder>", "folder for the whole study and its report")
    .option("--overwrite", "replace a study and its report in the folder");
  addAction(command, merge);
}

async function merge(
  answer: Answer,
  folders: readonly string[],
  { out, overwrite = false }: Options,
): Promise<void> {
  const study = await withOutOptions(() => mergeStudies(folders, out, { overwrite }));
  await removeReport(out);
  answer.remark(`Merged ${folders.length} studies: ${study.runs.length} of ${plannedRuns(study)} runs.\n`);
  await reportStudy(answer, { path: join(out, STUDY), out });
  answer.give(study);
}
