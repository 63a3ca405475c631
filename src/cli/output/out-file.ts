import { statSync } from "node:fs";
import { configError, OptimbenchError } from "../../errors.js";
import { fileProblem } from "../../system/file-problem.js";
import { checkWritable } from "../../system/write-file.js";

/**
 * Checks that a file can be written before the work that produces it, which may take hours.
 *
 * @param option the command line option that names the file
 * @throws OptimbenchError (CONFIG, FILE) if it cannot
 */
export async function checkOutFile(file: string, option: string): Promise<void> {
  if (file === "") throw configError(`Expected a file name for ${option}, got "".`);
  await checkWritable(file).catch((cause: Error) => {
    throw new OptimbenchError(
      "FILE",
      `Cannot write ${file}: ${fileProblem(cause)}. Choose another file with ${option}.`,
      { cause, path: file },
    );
  });
}

/**
 * The same for a valuable file, such as a model: an existing file is only replaced with `overwrite`.
 *
 * @throws OptimbenchError (CONFIG, FILE)
 */
export async function checkNewFile(
  file: string,
  option: string,
  { overwrite = false }: { overwrite?: boolean | undefined } = {},
): Promise<void> {
  await checkOutFile(file, option);
  const old = statSync(file, { throwIfNoEntry: false });
  if (overwrite || !old?.isFile() || old.size === 0) return; // an empty file, as made by mktemp, may be replaced
  throw new OptimbenchError(
    "FILE",
    `${file} already exists. Choose another file with ${option}, or replace it with --overwrite.`,
    { path: file },
  );
}
