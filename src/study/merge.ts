import { join, resolve } from "node:path";
import { z } from "zod";
import { configError, OptimbenchError } from "../errors.js";
import { holderText } from "../system/lock-file.js";
import { type Difference, differencesOf, differenceText } from "../validation/differences.js";
import { parse } from "../validation/parse.js";
import { pathSchema } from "../validation/path-schema.js";
import type { Cell } from "./cell-lines.js";
import { CellsFile } from "./cells-file.js";
import { Claims } from "./claims.js";
import { stillFailed } from "./failed-runs.js";
import { measured } from "./measured.js";
import { storedDifferences } from "./question.js";
import { CLAIMS, prepareResultFolder, STUDY } from "./result-folder.js";
import { readStored, type StoredStudy, studyOf } from "./stored-study.js";
import type { Study } from "./study.js";
import { readStudy, writeStudy } from "./study-file.js";

/** How to merge studies. */
export interface MergeOptions {
  /** Whether to replace a study in the folder. Default: false. */
  readonly overwrite?: boolean;
}

const optionsSchema = z.strictObject({ overwrite: z.boolean().optional() });

/**
 * Joins the finished runs of several folders in a new one. One of them must ask for every cell of the others, as parts of one
 * study do.
 *
 * @throws OptimbenchError (FILE) if a folder has no study, is damaged, or does not belong to the others; the message names it
 */
export async function mergeStudies(
  folders: readonly string[],
  into: string,
  options: MergeOptions = {},
): Promise<Study> {
  parse(z.array(pathSchema).min(1), folders, "folders");
  parse(pathSchema, into, "folder");
  const { overwrite = false } = parse(optionsSchema, options, "options");
  const studies: StoredStudy[] = [];
  for (const folder of folders) studies.push(await readStored(folder));
  const whole = studies.reduce((a, b) => (b.question.cells.length > a.question.cells.length ? b : a));
  const cells = new Map<string, Cell & { readonly from: string }>();
  for (const study of studies) {
    checkBelongs(study, whole);
    for (const cell of study.cells.values()) {
      const other = cells.get(cell.key);
      if (other) checkEqual(other, cell, study.folder);
      else cells.set(cell.key, { ...cell, from: study.folder });
    }
  }
  await prepareTarget(into, folders, overwrite);
  const { question } = whole;
  const merged = question.cells.flatMap((key) => {
    const { from: _, ...cell } = cells.get(key) ?? { from: "" };
    return "key" in cell ? [cell as Cell] : [];
  });
  await new CellsFile(into).replace([{ question }, ...merged.map((cell) => ({ cell }))]);
  const parts = await Promise.all(folders.map((folder) => readStudy(join(folder, STUDY)).catch(() => ({}))));
  const failed = stillFailed(parts, (key) => cells.has(key));
  const study = {
    ...studyOf({ question, cells: new Map(merged.map((cell) => [cell.key, cell])) }),
    ...(failed.length > 0 && { failed }),
  };
  await writeStudy(study, join(into, STUDY));
  return study;
}

function checkBelongs({ folder, question }: StoredStudy, whole: StoredStudy): void {
  const known = new Set(whole.question.cells);
  if (question.cells.every((key) => known.has(key))) return;
  const differences = storedDifferences(whole.question, question);
  throw doesNotBelong(
    folder,
    `its question differs from that of ${whole.folder}: ${listText(differences, whole.folder, folder)}`,
  );
}

/** The numbers of one cell in two studies must be equal. */
function checkEqual(a: Cell & { readonly from: string }, b: Cell, folder: string): void {
  const differences = differencesOf(measured(a.record), measured(b.record));
  if (differences.length === 0) return;
  const { optimizer, loss, seed } = b.record.config;
  throw doesNotBelong(
    folder,
    `the run of ${optimizer.name} with ${loss.name} and seed ${seed} has different results in ${a.from}: ${listText(differences, a.from, folder)}`,
  );
}

const MOST = 3;

const listText = (differences: readonly Difference[], a: string, b: string) =>
  differences
    .slice(0, MOST)
    .map((each) => differenceText(each, `in ${a}`, `in ${b}`))
    .join("; ");

const doesNotBelong = (folder: string, why: string) =>
  new OptimbenchError(
    "FILE",
    `${folder} cannot be merged: ${why}. Leave it out, or merge only parts of one study.`,
    {
      path: folder,
    },
  );

async function prepareTarget(into: string, folders: readonly string[], overwrite: boolean): Promise<void> {
  if (folders.some((folder) => resolve(folder) === resolve(into)))
    throw configError(`${into} is one of the merged studies. Choose another \`folder\` for the result.`);
  const names = await prepareResultFolder(into);
  const [other] = new Claims(join(into, CLAIMS)).others();
  const problem = other
    ? `is in use by ${holderText(other)}`
    : names.length > 0 && !overwrite
      ? "already contains a study"
      : undefined;
  if (problem === undefined) return;
  throw new OptimbenchError(
    "FILE",
    `${into} ${problem}. Choose another \`folder\`, or replace the study with \`overwrite\`.`,
    { path: into },
  );
}
