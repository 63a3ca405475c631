import { OptimbenchError } from "../errors.js";
import type { Cell, Question } from "./cell-lines.js";
import { CellsFile } from "./cells-file.js";
import { CELLS } from "./result-folder.js";
import type { Study } from "./study.js";
import { finishedCells, questionOf } from "./study-folder.js";
import { StudyResults } from "./study-results.js";

/** What cells.jsonl of a folder contains. */
export interface StoredStudy {
  readonly folder: string;
  readonly question: Question;
  readonly cells: ReadonlyMap<string, Cell>;
}

/** Reads cells.jsonl. @throws OptimbenchError (FILE) if the folder has none, or a damaged one; the message names it */
export async function readStored(folder: string): Promise<StoredStudy> {
  const lines = await new CellsFile(folder).readNew();
  const question = questionOf(lines);
  if (question === undefined)
    throw new OptimbenchError("FILE", `${folder} contains no study: expected a folder with ${CELLS}.`, {
      path: folder,
    });
  return { folder, question, cells: finishedCells(lines) };
}

/** The study of finished cells. */
export function studyOf({ question, cells }: Pick<StoredStudy, "question" | "cells">): Study {
  const places = question.cells.map((key, index) => ({ key, index }));
  const results = new StudyResults(question, places, { finished: cells });
  results.update();
  return results.finalStudy;
}
