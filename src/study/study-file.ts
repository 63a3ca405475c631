import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { OptimbenchError } from "../errors.js";
import { fileProblem } from "../system/file-problem.js";
import { writeFileAtomically } from "../system/write-file.js";
import { check, parse } from "../validation/parse.js";
import { parseJson } from "../validation/parse-json.js";
import { pathSchema } from "../validation/path-schema.js";
import { CELLS, STUDY } from "./result-folder.js";
import { type Study, studySchema } from "./study.js";

/** What makes a study, so that nothing else is written as one. */
const studyOutline = z.looseObject({ schemaVersion: z.literal(1), runs: z.array(z.unknown()) });

/** Of large studies, every epoch of every run has some 15. */
export const MOST_VALUES = 2 ** 27;

/** Writes a study as indented JSON. JSON has no NaN and no infinity: both become null. @throws OptimbenchError (CONFIG, FILE) */
export async function writeStudy(study: Study, path: string): Promise<void> {
  parse(pathSchema, path, "path");
  await writeFileAtomically(path, studyText(parse(studyOutline, study, "study", MOST_VALUES)));
}

/** The text of `JSON.stringify(study, null, 2)` in pieces: of a large study, it is longer than a string can be. */
function* studyText(study: object): Generator<string> {
  let separator = "{";
  for (const [key, value] of Object.entries(study)) {
    if (value === undefined) continue;
    yield `${separator}\n  ${JSON.stringify(key)}: `;
    separator = ",";
    if (Array.isArray(value) && value.length > 0) yield* listText(value);
    else yield indented(value, 2);
  }
  yield "\n}\n";
}

function* listText(list: readonly unknown[]): Generator<string> {
  for (const [i, value] of list.entries()) yield `${i === 0 ? "[" : ","}\n    ${indented(value, 4)}`;
  yield "\n  ]";
}

const indented = (value: unknown, by: number) =>
  (JSON.stringify(value, null, 2) ?? "null").replaceAll("\n", `\n${" ".repeat(by)}`);

/**
 * Reads a study that `writeStudy` wrote.
 *
 * @throws OptimbenchError (FILE) if the file cannot be read, is not JSON or is not a study; the message says where
 */
export async function readStudy(path: string): Promise<Study> {
  parse(pathSchema, path, "path");
  const isMadeFromCells = basename(path) === STUDY && existsSync(join(dirname(path), CELLS));
  const remedy = isMadeFromCells ? ` Run the study's command again: it writes ${STUDY} from ${CELLS}.` : "";
  const errorOf = (problem: string, cause: unknown) =>
    new OptimbenchError("FILE", `${path} is not a readable study: ${problem}`, { cause, path });
  let value: unknown;
  try {
    value = parseJson(await readFile(path));
  } catch (cause) {
    throw errorOf(`${fileProblem(cause)}.${remedy}`, cause);
  }
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (typeof version === "number" && version > 1)
    throw errorOf(
      `its schemaVersion ${version} is newer than this version of optimbench supports. Update optimbench.`,
      undefined,
    );
  try {
    return check(studySchema, value, "study", MOST_VALUES);
  } catch (cause) {
    throw errorOf(`${cause instanceof Error ? cause.message : String(cause)}${remedy}`, cause);
  }
}
