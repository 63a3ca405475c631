import { join } from "node:path";
import { OptimbenchError } from "../errors.js";
import { keepResult } from "../system/keep-result.js";
import { type Holder, holderText } from "../system/lock-file.js";
import { countText } from "../validation/count-text.js";
import { CellCheckpoints } from "./cell-checkpoints.js";
import type { Cell, Line, Question } from "./cell-lines.js";
import { CellsFile } from "./cells-file.js";
import { Claims } from "./claims.js";
import { asksAll, continued } from "./question.js";
import { CELLS, CLAIMS, prepareResultFolder, STUDY } from "./result-folder.js";
import { isWorthKeeping, type Study } from "./study.js";
import { writeStudy } from "./study-file.js";

/** The least share of the time that is not spent on writing study.json, which takes long if a study is large. */
const TIME_BETWEEN_WRITES = 20;

interface Options {
  /** Whether to replace a study in the folder. */
  readonly overwrite: boolean;
  readonly onNotice: (text: string) => void;
}

/** A folder with a study: finished cells in cells.jsonl, and study.json, which is made from them. */
export class StudyFolder {
  /** The study's question: the one in the folder, or the one that it grows to. */
  question: Question;
  /** The finished cells by key. */
  readonly finished: ReadonlyMap<string, Cell>;
  readonly checkpoints: CellCheckpoints;
  readonly #finished = new Map<string, Cell>();
  readonly #path: string;
  readonly #file: CellsFile;
  readonly #claims: Claims;
  #unwritten: Line[] = [];
  #isReplaced: boolean;
  /** Whether another process has made the study grow, so that study.json is no longer this process' to write. */
  #isOutgrown = false;
  #isCurrent = false;
  #nextWrite = 0;

  private constructor(
    folder: string,
    {
      file,
      lines,
      question,
      isReplaced,
    }: { file: CellsFile; lines: readonly Line[]; question: Question; isReplaced: boolean },
  ) {
    this.question = question;
    this.finished = this.#finished;
    this.checkpoints = new CellCheckpoints(folder);
    this.#path = join(folder, STUDY);
    this.#file = file;
    this.#claims = new Claims(join(folder, CLAIMS));
    this.#isReplaced = isReplaced;
    this.#take(lines.filter(isCell)); // earlier questions no longer count
    if (questionOf(lines) !== question) this.#unwritten.push({ question });
  }

  /**
   * Opens a folder to ask a question. A study in it is continued if it asks the same question, or grows if the question has more
   * cells. The question is written at once, so that a process with another question notices, unless a study is replaced: that
   * one stays until the first cell is added.
   *
   * @throws OptimbenchError (FILE) if the folder has another study or other content, or cannot be read or written
   */
  static async open(folder: string, asked: Question, { overwrite, onNotice }: Options): Promise<StudyFolder> {
    const names = await prepareResultFolder(folder);
    if (overwrite) {
      const [other] = new Claims(join(folder, CLAIMS)).others();
      if (other !== undefined) throw inUse(folder, other);
      await new CellCheckpoints(folder).removeAll();
    }
    const file = new CellsFile(folder);
    const isNew = overwrite || names.length === 0;
    if (!isNew && !names.includes(CELLS)) throw withoutCells(folder);
    const lines = isNew ? [] : await file.readNew();
    if (file.isTorn)
      onNotice(
        `The last line of ${file.path} is incomplete, because the process that wrote it was ended. It is dropped, and its run starts again.`,
      );
    const there = questionOf(lines);
    if (there === undefined && !isNew) throw withoutQuestion(file.path);
    const isBound = there !== undefined && (goesOn(there, asked) || !isAbandoned(lines, folder));
    const question = isBound ? continued(there, asked, folder) : asked;
    const store = new StudyFolder(folder, { file, lines, question, isReplaced: overwrite });
    const dropped = there === undefined ? 0 : store.#finishedApartFrom(question, there);
    if (dropped > 0)
      onNotice(
        `More trials select other settings, so ${countText(dropped, "run")} of the earlier ones no longer ${dropped === 1 ? "counts, but stays" : "count, but stay"} in ${file.path}.`,
      );
    if (!overwrite)
      await store.#flush().catch((error: OptimbenchError) => {
        if (error.cause === undefined) throw error; // another question; a full disk is reported with the first cell
      });
    return store;
  }

  /** Reads what other processes have added. @throws OptimbenchError (FILE) */
  async refresh(): Promise<void> {
    if (!this.#isReplaced) this.#take(await this.#file.readNew());
  }

  /** Claims a cell for this process. @returns undefined if it is claimed, otherwise who has claimed it */
  claim = (key: string): Holder | undefined => this.#claims.take(key);
  release = (key: string): void => this.#claims.release(key);

  /**
   * Adds a finished cell, on the disk when the promise resolves. If that fails, the cell is kept in memory and written with the
   * next one.
   *
   * @throws OptimbenchError (FILE)
   */
  async add(cell: Cell): Promise<void> {
    this.#finished.set(cell.key, cell);
    this.#isCurrent = false;
    this.#unwritten.push({ cell });
    await this.#flush();
    await this.checkpoints.remove(cell.key);
  }

  /**
   * Writes study.json, unless it was written recently.
   *
   * @param current makes the study from what is finished
   * @throws OptimbenchError (FILE)
   */
  async save(current: () => Study): Promise<void> {
    this.#isCurrent = false;
    if (performance.now() >= this.#nextWrite && isWorthKeeping(current())) await this.#write(current);
  }

  /** Writes what is not written yet. @throws OptimbenchError with the path where the study was saved instead */
  async finish(current: () => Study): Promise<void> {
    this.#claims.close();
    if (this.#isCurrent || !isWorthKeeping(current())) return;
    await keepResult(this.#path, (file) =>
      file === this.#path ? this.#write(current) : writeStudy(current(), file),
    );
  }

  /** @param then is done before another process may write to the folder */
  async #flush(then = async () => {}): Promise<void> {
    let written: ReadonlySet<Line> = new Set();
    const unwritten = () => {
      written = new Set(this.#unwritten);
      return [...written];
    };
    const after = async () => {
      this.#unwritten = this.#unwritten.filter((line) => !written.has(line)); // more may have been added meanwhile
      await then();
    };
    if (this.#isReplaced) {
      await this.#file.replace(unwritten());
      await after();
    } else
      await this.#file.append((added) => {
        this.#take(added);
        return unwritten();
      }, after);
    this.#isReplaced = false;
  }

  /** The last process that writes study.json has read all cells, so a larger study is never replaced by a smaller one. */
  async #write(current: () => Study): Promise<void> {
    const start = performance.now();
    this.#isCurrent = false;
    await this.#flush(async () => {
      if (!this.#isOutgrown) await writeStudy(current(), this.#path);
    });
    this.#isCurrent = true;
    this.#nextWrite = performance.now() + TIME_BETWEEN_WRITES * (performance.now() - start);
  }

  /** Takes over lines of the file. A cell that finished twice, in two processes, has the same numbers; the first counts. */
  #take(lines: readonly Line[]): void {
    for (const line of lines) {
      if ("question" in line) this.#meet(line.question);
      else if (!this.#finished.has(line.cell.key)) this.#finished.set(line.cell.key, line.cell);
    }
    if (lines.length > 0) this.#isCurrent = false;
  }

  /** Meets a question that another process has asked in the meantime. */
  #meet(there: Question): void {
    this.#isOutgrown = !asksAll(there, this.question);
    if (asksAll(this.question, there)) {
      this.#unwritten = this.#unwritten.filter(isCell);
      const { createdAt, environment } = there; // it is one study, asked by two processes at the same moment
      this.question = { ...this.question, createdAt, environment };
    } else if (this.#isOutgrown) {
      continued(there, this.question, this.#file.path); // throws what differs, unless it has fewer trials
      this.#isOutgrown = false;
    }
  }

  /** The number of finished cells that one question asks for and another one does not. */
  #finishedApartFrom(without: Question, of: Question): number {
    const asked = new Set(without.cells);
    return of.cells.filter((key) => this.#finished.has(key) && !asked.has(key)).length;
  }
}

/** Whether a folder has a question without a finished or a claimed cell: its process was ended before the first one. */
const isAbandoned = (lines: readonly Line[], folder: string) =>
  !lines.some(isCell) && new Claims(join(folder, CLAIMS)).others().length === 0;

/** Whether a question goes on with another one: workers elsewhere may have taken its cells, though none has finished. */
const goesOn = (there: Question, asked: Question) =>
  asksAll(there, asked) &&
  there.config.seedsPerRound === asked.config.seedsPerRound &&
  (there.config.seedsPerRound === undefined || there.cells.length === asked.cells.length);

const isCell = (line: Line) => "cell" in line;

export const questionOf = (lines: readonly Line[]): Question | undefined =>
  lines.flatMap((line) => ("question" in line ? [line.question] : [])).at(-1);

/** The finished cells by key. */
export function finishedCells(lines: readonly Line[]): Map<string, Cell> {
  const finished = new Map<string, Cell>();
  for (const line of lines)
    if ("cell" in line && !finished.has(line.cell.key)) finished.set(line.cell.key, line.cell);
  return finished;
}

const inUse = (folder: string, holder: Holder) =>
  new OptimbenchError(
    "FILE",
    `The study in ${folder} is in use by ${holderText(holder)}, so it is not replaced. Wait for it, or choose another \`folder\`.`,
    { path: folder },
  );

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
