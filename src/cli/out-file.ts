import { configError, OptimbenchError } from "../errors.js";
import { fileProblem } from "../file-problem.js";
import { checkWritable } from "../write-file.js";

/**
 * Finds out before the work whether its result can be written, perhaps hours later.
 *
 * @param option names the file on the command line
 * @throws OptimbenchError (CONFIG, DATA) that says why not
 */
export async function checkOutFile(file: string, option: string): Promise<void> {
  if (file === "") throw configError(`Expected the name of a file for ${option}, got "".`);
  await checkWritable(file).catch((cause: Error) => {
    throw new OptimbenchError(
      "DATA",
      `Cannot write ${file}: ${fileProblem(cause)}. Name another file with ${option}.`,
      { cause },
    );
  });
}
