import { readdirSync } from "node:fs";
import { OptimbenchError } from "../errors.js";
import { makeFolder } from "../make-folder.js";
import { isTemporary, removeLeftovers } from "../temporary-file.js";
import { tryFolder } from "../write-file.js";

/** Makes the folder that results go to. A folder with an earlier study is used again; one with anything else is left alone. */
export async function prepareOutFolder(folder: string): Promise<void> {
  const names = await namesInWritable(folder).catch((cause: unknown) => {
    throw new OptimbenchError(
      "DATA",
      `Cannot write to ${folder}: ${(cause as Error).message}. Name another folder with --out.`,
      { cause },
    );
  });
  if (names.length > 0 && !names.includes("study.json"))
    throw new OptimbenchError(
      "DATA",
      `${folder} holds files and no study.json, so it is not a report to replace. Name another folder with --out.`,
    );
}

/** Tries to write: better to fail here than after the first run, perhaps hours later. */
async function namesInWritable(folder: string): Promise<string[]> {
  makeFolder(folder);
  await tryFolder(folder);
  await removeLeftovers(folder);
  return readdirSync(folder).filter((name) => !isTemporary(name));
}
