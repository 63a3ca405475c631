import { configError, OptimbenchError } from "../../errors.js";
import { prepareResultFolder } from "../../study/result-folder.js";
import { renaming } from "../options/in-options.js";

/**
 * Creates the folder of --out. A folder that contains a study is accepted, since `compare` continues it; one with other content is
 * rejected.
 *
 * @throws OptimbenchError (CONFIG, FILE)
 */
export async function prepareOutFolder(folder: string): Promise<readonly string[]> {
  if (folder === "") throw configError('Expected a folder name for --out, got "".');
  return withOutOptions(() => prepareResultFolder(folder));
}

/**
 * Creates the folder for a copy of a study. A study that is already there is replaced only with `overwrite`.
 *
 * @throws OptimbenchError (CONFIG, FILE)
 */
export async function prepareCopyFolder(
  folder: string,
  { overwrite = false }: { overwrite?: boolean | undefined } = {},
): Promise<void> {
  const names = await prepareOutFolder(folder);
  if (names.length > 0 && !overwrite)
    throw new OptimbenchError(
      "FILE",
      `${folder} already contains a study. Choose another folder with --out, or replace the study and its report with --overwrite.`,
      { path: folder },
    );
}

/** Does work whose errors name the options of `compare()`. They name those of the command line instead. */
export const withOutOptions = <Result>(work: () => Promise<Result>): Promise<Result> =>
  renaming(
    (message) =>
      message
        .replaceAll("another `folder`", "another folder with --out")
        .replaceAll("with `overwrite`", "with --overwrite")
        .replaceAll("with `checkpoint.resume`", "with --resume")
        .replaceAll("with `checkpoint.overwrite`", "with --overwrite"),
    work,
  );
