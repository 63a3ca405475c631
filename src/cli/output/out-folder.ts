import { readdirSync } from "node:fs";
import { configError, OptimbenchError } from "../../errors.js";
import { fileProblem } from "../../system/file-problem.js";
import { makeFolder } from "../../system/make-folder.js";
import { isTemporary, removeLeftovers } from "../../system/temporary-file.js";
import { tryFolder } from "../../system/write-file.js";

/**
 * Creates the folder for results. A folder that contains a study is reused only with `overwrite`; a folder with other content
 * is rejected.
 *
 * @throws OptimbenchError (CONFIG, FILE)
 */
export async function prepareOutFolder(
  folder: string,
  { overwrite = false }: { overwrite?: boolean | undefined } = {},
): Promise<void> {
  if (folder === "") throw configError('Expected a folder name for --out, got "".');
  const names = await namesInWritable(folder).catch((cause: unknown) => {
    throw new OptimbenchError(
      "FILE",
      `Cannot write to ${folder}: ${fileProblem(cause)}. Choose another folder with --out.`,
      { cause, path: folder },
    );
  });
  if (names.length > 0 && !names.includes("study.json"))
    throw new OptimbenchError(
      "FILE",
      `${folder} is not empty and has no study.json, so it is not a report to replace. Choose another folder with --out.`,
      { path: folder },
    );
  if (names.length > 0 && !overwrite)
    throw new OptimbenchError(
      "FILE",
      `${folder} already contains a study. Choose another folder with --out, or replace the study and its report with --overwrite.`,
      { path: folder },
    );
}

/** Tests that the folder is writable, so that a study does not fail after its first run. */
async function namesInWritable(folder: string): Promise<string[]> {
  makeFolder(folder);
  await tryFolder(folder);
  await removeLeftovers(folder);
  return readdirSync(folder).filter((name) => !isTemporary(name));
}
