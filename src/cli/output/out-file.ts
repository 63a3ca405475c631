import { statSync } from "node:fs";
import { configError, OptimbenchError } from "../../errors.js";
import { fileProblem } from "../../system/file-problem.js";
import { checkWritable } from "../../system/write-file.js";

/**
 * Finds out before the work whether its result can be written, perhaps hours later.
 *
 * @param option names the file on the command line
 * @throws OptimbenchError (CONFIG, FILE) that says why not
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
 * The same for a file that takes long to make, such as a model: an earlier one is not replaced without `overwrite`.
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
  if (overwrite || !old?.isFile() || old.size === 0) return; // An empty file, as of mktemp, has nothing to lose.
  throw new OptimbenchError(
    "FILE",
    `${file} already exists. Choose another file with ${option}, or replace it with --overwrite.`,
    { path: file },
  );
}
