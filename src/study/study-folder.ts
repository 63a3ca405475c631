import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { OptimbenchError } from "../errors.js";
import { fileProblem } from "../system/file-problem.js";
import { keepResult } from "../system/keep-result.js";
import { writeFileAtomically } from "../system/write-file.js";
import { type Cell, type Line, lineText, parseLines, type Question, type ReadLines } from "./cell-lines.js";
import { continued } from "./question.js";
import { CELLS, prepareResultFolder, STUDY } from "./result-folder.js";
import { isWorthKeeping, type Study } from "./study.js";
import { writeStudy } from "./study-file.js";

/** The least share of the time that is not spent on writing study.json, which takes long if a study is large. */
const TIME_BETWEEN_WRITES = 20;

/** A folder with a study: finished cells in cells.jsonl, and study.json, which is made from them. */
export interface StudyFolder {
  /** The study's question: the one in the folder, or the one that it grows to. */
  readonly question: Question;
  /** The finished cells by key. */
  readonly finished: ReadonlyMap<string, Cell>;
  /**
   * Adds a finished cell, on the disk when the promise resolves. If that fails, the cell is kept in memory and written with the
   * next one.
   *
   * @throws OptimbenchError (FILE)
   */
  add(cell: Cell): Promise<void>;
  /** Writes study.json, unless it was written recently. @throws OptimbenchError (FILE) */
  save(study: Study): Promise<void>;
  /** Writes what is not written yet. @throws OptimbenchError with the path where the study was saved instead */
  finish(study: Study): Promise<void>;
}

/**
 * Opens a folder to ask a question. A study in it is continued if it asks the same question, or grows if the question has more
 * cells. Nothing is changed before the first cell is added.
 *
 * @param overwrite whether to replace a study in the folder
 * @throws OptimbenchError (FILE) if the folder has another study or other content, or cannot be read or written
 */
export async function openStudyFolder(
  folder: string,
  asked: Question,
  { overwrite, onNotice }: { readonly overwrite: boolean; readonly onNotice: (text: string) => void },
): Promise<StudyFolder> {
  const names = await prepareResultFolder(folder);
  const path = join(folder, CELLS);
  const isNew = overwrite || !(names.includes(CELLS) || names.includes(STUDY));
  if (!isNew && !names.includes(CELLS)) throw withoutCells(folder);
  const read: ReadLines = isNew ? { lines: [], end: 0, isTorn: false } : await readLines(path);
  if (read.isTorn)
    onNotice(
      `The last line of ${path} is incomplete, because the process that wrote it was ended. It is dropped, and its run starts again.`,
    );
  const there = questionOf(read.lines);
  if (there === undefined && !isNew && (read.lines.length > 0 || names.includes(STUDY)))
    throw withoutQuestion(path);
  const question = there === undefined ? asked : continued(there, asked, folder);
  const finished = finishedCells(read.lines);
  const unwritten: Line[] = question === there ? [] : [{ question }];
  let { end } = read;
  let isReplaced = isNew || end === 0;

  async function flush(): Promise<void> {
    if (unwritten.length === 0) return;
    const text = unwritten.map(lineText).join("");
    if (isReplaced) await writeFileAtomically(path, text);
    else await writeAt(path, end, text);
    end = (isReplaced ? 0 : end) + Buffer.byteLength(text);
    isReplaced = false;
    unwritten.length = 0;
  }

  let isCurrent = false;
  let nextWrite = 0;
  async function write(study: Study): Promise<void> {
    const start = performance.now();
    isCurrent = false;
    await flush();
    await writeStudy(study, join(folder, STUDY));
    isCurrent = true;
    nextWrite = performance.now() + TIME_BETWEEN_WRITES * (performance.now() - start);
  }

  return {
    question,
    finished,
    async add(cell) {
      finished.set(cell.key, cell);
      isCurrent = false;
      unwritten.push({ cell });
      await flush();
    },
    async save(study) {
      if (!isWorthKeeping(study)) return;
      isCurrent = false;
      if (performance.now() >= nextWrite) await write(study);
    },
    async finish(study) {
      if (isCurrent || !isWorthKeeping(study)) return;
      await keepResult(join(folder, STUDY), (file) =>
        file === join(folder, STUDY) ? write(study) : writeStudy(study, file),
      );
    },
  };
}

/** Reads cells.jsonl. @throws OptimbenchError (FILE) */
async function readLines(path: string): Promise<ReadLines> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new OptimbenchError("FILE", `Cannot read ${path}: ${fileProblem(cause)}.`, { cause, path });
  });
  return parseLines(bytes, path);
}

const questionOf = (lines: readonly Line[]): Question | undefined =>
  lines.flatMap((line) => ("question" in line ? [line.question] : [])).at(-1);

/** A cell that finished twice, in two processes, has the same numbers. The first counts. */
function finishedCells(lines: readonly Line[]): Map<string, Cell> {
  const finished = new Map<string, Cell>();
  for (const line of lines)
    if ("cell" in line && !finished.has(line.cell.key)) finished.set(line.cell.key, line.cell);
  return finished;
}

/** Writes at a position, after which the file ends, and flushes to the disk. */
async function writeAt(path: string, position: number, text: string): Promise<void> {
  try {
    const file = await open(path, "r+");
    try {
      await file.truncate(position);
      const bytes = Buffer.from(text);
      for (let written = 0; written < bytes.length; ) {
        const part = bytes.subarray(written);
        written += (await file.write(part, 0, part.length, position + written)).bytesWritten;
      }
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new OptimbenchError(
      "FILE",
      `Cannot write ${path}: ${fileProblem(cause)}. Choose a writable folder with enough free space.`,
      { cause, path },
    );
  }
}

const withoutQuestion = (path: string) =>
  new OptimbenchError(
    "FILE",
    `${path} has no question: the line that says what the study asks is missing. ` +
      "Choose another `folder`, or replace the study with `overwrite`.",
    { path },
  );

const withoutCells = (folder: string) =>
  new OptimbenchError(
    "FILE",
    `${folder} contains a ${STUDY} without ${CELLS}, so the study cannot be continued. ` +
      "Choose another `folder`, or replace the study with `overwrite`.",
    { path: folder },
  );
