import { join } from "node:path";
import { OptimbenchError } from "../../errors.js";
import { removeReport } from "../../report/folder/remove-report.js";
import type { Study } from "../../study/study.js";
import { writeStudy } from "../../study/study-file.js";
import { printNotice } from "../../system/terminal.js";
import { keepResult } from "./keep-result.js";

/** Whether a study has measurements. One without an epoch does not replace another. */
export const isWorthKeeping = ({ runs }: Study): boolean => runs.some(({ history }) => history.length > 0);

/** Keeps study.json in a folder up to date as runs end. The first write removes an earlier study's report. */
export function studyStore(folder: string) {
  const path = join(folder, "study.json");
  let isFirst = true;
  let isCurrent = false;
  async function write(study: Study): Promise<void> {
    if (isFirst) await removeReport(folder); // so that the old page is not left beside the new study
    isFirst = false;
    await writeStudy(study, path);
  }
  return {
    folder,
    /**
     * Writes the finished runs. If that fails, prints a notice only, since the next write may succeed. After the last run
     * (`follows` is false), `finish` reports the failure.
     */
    async keep(study: Study, follows: boolean): Promise<void> {
      if (!isWorthKeeping(study)) return;
      try {
        await write(study);
        isCurrent = true;
      } catch (error) {
        if (!(error instanceof OptimbenchError)) throw error;
        isCurrent = false;
        if (follows)
          printNotice(
            `${error.message} The study continues, and the file is written again after the next run.`,
          );
      }
    },
    /** Writes the study again if the last write failed. @throws OptimbenchError with the path where it was saved instead */
    async finish(study: Study): Promise<void> {
      if (isCurrent) return;
      await keepResult(path, (file) => (file === path ? write(study) : writeStudy(study, file)));
    },
  };
}
