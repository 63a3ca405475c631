import { readdirSync } from "node:fs";
import { OptimbenchError } from "../errors.js";
import { fileProblem } from "../system/file-problem.js";
import { makeFolder } from "../system/make-folder.js";
import { isTemporary, removeLeftovers } from "../system/temporary-file.js";
import { tryFolder } from "../system/write-file.js";

/** The names of a study's files. */
export const CELLS = "cells.jsonl";
export const STUDY = "study.json";
/** Of processes that run cells. They do not make a folder a study. */
export const CLAIMS = "claims";
export const LOCK = "cells.lock";
/** The folder with checkpoints of runs that were interrupted. */
export const CHECKPOINTS = "checkpoints";
/** The folder with the trials of a tuned study, which begin before the study itself. */
export const TUNING = "tuning";

/**
 * Creates the folder for results, and tests that it is writable, so that a study does not fail after its first run.
 *
 * @returns the names of the files in it
 * @throws OptimbenchError (FILE) if it is not writable, or has other content than a study
 */
export async function prepareResultFolder(folder: string): Promise<readonly string[]> {
  const names = await namesInWritable(folder).catch((cause: unknown) => {
    throw new OptimbenchError(
      "FILE",
      `Cannot write to ${folder}: ${fileProblem(cause)}. Choose another \`folder\`.`,
      { cause, path: folder },
    );
  });
  if (names.length > 0 && !names.includes(STUDY) && !names.includes(CELLS))
    throw new OptimbenchError(
      "FILE",
      `${folder} is not empty and has no ${STUDY}, so it is not a report to replace. Choose another \`folder\`.`,
      { path: folder },
    );
  return names;
}

async function namesInWritable(folder: string): Promise<string[]> {
  makeFolder(folder);
  await tryFolder(folder);
  await removeLeftovers(folder);
  return readdirSync(folder).filter(
    (name) => !isTemporary(name) && ![CLAIMS, LOCK, TUNING, CHECKPOINTS].includes(name),
  );
}
