import { join } from "node:path";
import type { Command } from "commander";
import { removeReport } from "../../report/folder/remove-report.js";
import { mergeStudies } from "../../study/merge.js";
import { plannedRuns } from "../../study/study.js";
import { print } from "../../system/terminal.js";
import { withOutOptions } from "../output/out-folder.js";
import { reportStudy } from "./report.js";

interface Options {
  readonly out: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

/** Adds `optimbench merge`, which joins the parts of a study that ran in several folders. */
export function addMergeCommand(program: Command): void {
  program
    .command("merge")
    .description("join studies that ran in several folders, such as the parts of --shard")
    .argument("<folder...>", "folders of studies")
    .requiredOption("--out <folder>", "folder for the whole study and its report")
    .option("--overwrite", "replace a study and its report in the folder")
    .option("--json", "print only the study to stdout, as JSON")
    .action(merge);
}

async function merge(
  folders: readonly string[],
  { out, overwrite = false, json = false }: Options,
): Promise<void> {
  const study = await withOutOptions(() => mergeStudies(folders, out, { overwrite }));
  await removeReport(out);
  if (json) return print(JSON.stringify(study, null, 2));
  print(`Merged ${folders.length} studies: ${study.runs.length} of ${plannedRuns(study)} runs.\n`);
  await reportStudy(join(out, "study.json"), out);
}
