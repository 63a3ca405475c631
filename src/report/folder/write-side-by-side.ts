import { join } from "node:path";
import { z } from "zod";
import { studySchema } from "../../study/study.js";
import { MOST_VALUES } from "../../study/study-file.js";
import { writeFileAtomically } from "../../system/write-file.js";
import { check, parse } from "../../validation/parse.js";
import { pathSchema } from "../../validation/path-schema.js";
import { sideBySidePage } from "../page/side-by-side-page.js";
import { type NamedStudy, sideBySide } from "../results/side-by-side.js";

const studiesSchema = z.object({
  studies: z.array(z.object({ name: z.string().min(1), study: studySchema })).min(2),
});

/**
 * Writes a page of studies side by side into a folder, which is created if needed: `index.html` (one file, usable offline). An
 * `index.html` in the folder is replaced; other files are kept.
 *
 * @returns the paths written
 * @throws OptimbenchError (CONFIG) if there are fewer than two studies, or one is not a study, (FILE) if the folder is not writable
 */
export async function writeSideBySide(given: readonly NamedStudy[], folder: string): Promise<string[]> {
  const most = (Array.isArray(given) ? given.length : 1) * MOST_VALUES;
  const { studies } = check(studiesSchema, { studies: given }, "arguments", most);
  parse(pathSchema, folder, "folder");
  const page = join(folder, "index.html");
  await writeFileAtomically(page, sideBySidePage(sideBySide(studies)));
  return [page];
}
