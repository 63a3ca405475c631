import { join } from "node:path";
import { OptimbenchError } from "../../errors.js";
import { removeReport } from "../../report/folder/remove-report.js";
import type { Study } from "../../study/study.js";
import { writeStudy } from "../../study/study-file.js";
import { printNotice } from "../../system/terminal.js";
import { keepResult } from "./keep-result.js";

/** Whether anything was measured; a study without an epoch replaces no other. */
export const isWorthKeeping = ({ runs }: Study): boolean => runs.some(({ history }) => history.length > 0);

/** Keeps study.json in a folder up to date while its runs end. An earlier study and its report go with the first write. */
export function studyStore(folder: string) {
  const path = join(folder, "study.json");
  let isFirst = true;
  let isCurrent = false;
  async function write(study: Study): Promise<void> {
    if (isFirst) await removeReport(folder); // or the old page would stand beside the new study
    isFirst = false;
    await writeStudy(study, path);
  }
  return {
    folder,
    /**
     * Writes what is finished. A failure is only reported: the disk may have space again after the next run. Where none
     * `follows`, `finish` reports it.
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
    /** Writes the whole study where the last write failed. @throws OptimbenchError that says where it is kept instead */
    async finish(study: Study): Promise<void> {
      if (isCurrent) return;
      await keepResult(path, (file) => (file === path ? write(study) : writeStudy(study, file)));
    },
  };
}
