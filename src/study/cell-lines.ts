import { setImmediate as nextTurn } from "node:timers/promises";
import { z } from "zod";
import type { ResolvedCompareConfig } from "../config/resolved-config.js";
import { OptimbenchError } from "../errors.js";
import { type Numerics, numericsSchema } from "../native/numerics.js";
import type { RunRecord } from "../training/run-record.js";
import { sha256 } from "./cell.js";
import type { Environment } from "./environment.js";

/** What a study asks: its config, and the keys of its cells in the order of the plan. */
export interface Question {
  readonly schemaVersion: 1;
  /** When it was first asked, in ISO 8601. */
  readonly createdAt: string;
  readonly environment: Environment;
  readonly config: ResolvedCompareConfig;
  /** The checksum of each dataset, by its name in the config. */
  readonly datasets: Readonly<Record<string, string>>;
  readonly numerics: Numerics;
  readonly cells: readonly string[];
}

/** A finished run. */
export interface Cell {
  readonly key: string;
  /** Name of the machine that it ran on. */
  readonly host: string;
  /** The boot of this machine, which its containers share; absent if it is not known. */
  readonly boot?: string;
  readonly environment: Environment;
  readonly execution: ResolvedCompareConfig["execution"];
  readonly record: RunRecord;
}

/** A line of cells.jsonl. The last question counts; a study that grows gets another one. */
export type Line = { readonly question: Question } | { readonly cell: Cell };

// The checksum says that a line is whole, so only the outline is checked.
const outline = z.union([
  z.object({
    question: z.object({
      schemaVersion: z.literal(1),
      createdAt: z.string(),
      datasets: z.record(z.string(), z.string()),
      numerics: numericsSchema,
      cells: z.array(z.string()),
    }),
  }),
  z.object({ cell: z.object({ key: z.string(), record: z.object({ status: z.string() }) }) }),
]);

/** One line of JSON, whose last key is the SHA-256 of the object before that key was added. */
export function lineText(line: Line): string {
  const text = JSON.stringify(line);
  return `${text.slice(0, -1)},"sha256":"${sha256(text)}"}\n`;
}

const LINE = /^(\{.*),"sha256":"([0-9a-f]{64})"\}$/s;

/** @returns undefined if the line is damaged */
function parseLine(text: string): Line | undefined {
  const [, start, sum] = LINE.exec(text) ?? [];
  if (start === undefined || sha256(`${start}}`) !== sum) return undefined;
  return JSON.parse(`${start}}`) as Line;
}

const NEWLINE = 0x0a;
const MILLISECONDS_PER_TURN = 10;

/** What was read of a file of lines. */
export interface ReadLines {
  readonly lines: readonly Line[];
  /** Where the next line belongs: the length of the file without a torn last line. */
  readonly end: number;
  /** Whether the last line is torn, because the process that wrote it was killed. */
  readonly isTorn: boolean;
}

/**
 * Reads the lines of a file. The last one may be torn.
 *
 * @param path named in errors
 * @param before number of lines of the file before `bytes`
 * @throws OptimbenchError (FILE) that names the line if another line is damaged
 */
export async function parseLines(bytes: Buffer, path: string, before = 0): Promise<ReadLines> {
  const lines: Line[] = [];
  let turn = performance.now();
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(NEWLINE, start);
    const end = found < 0 ? bytes.length : found;
    const line = found < 0 ? undefined : parseLine(bytes.toString("utf8", start, end));
    if (line === undefined) {
      if (end + 1 >= bytes.length) return { lines, end: start, isTorn: true };
      const isQuestion = bytes.toString("utf8", start, start + QUESTION.length) === QUESTION;
      throw damaged(
        path,
        before + lines.length + 1,
        "is damaged",
        `Restore the file from a copy, or ${isQuestion ? NEW_FOLDER : RUN_AGAIN}`,
      );
    }
    if (!outline.safeParse(line).success)
      throw damaged(
        path,
        before + lines.length + 1,
        "was written by another version of optimbench",
        `Use that version, or ${"question" in line ? NEW_FOLDER : RUN_AGAIN}`,
      );
    lines.push(line);
    start = end + 1;
    if (performance.now() - turn > MILLISECONDS_PER_TURN) {
      await nextTurn();
      turn = performance.now();
    }
  }
  return { lines, end: bytes.length, isTorn: false };
}

const QUESTION = '{"question"';
const RUN_AGAIN = "delete this line to run its cell again";
const NEW_FOLDER = "run the study in another folder: the line says what it asks";

const damaged = (path: string, line: number, problem: string, remedy: string) =>
  new OptimbenchError("FILE", `Line ${line} of ${path} ${problem}. ${remedy}.`, { path });
