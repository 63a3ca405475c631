import { IN_MEMORY } from "../../data/in-memory-schema.js";
import { printable } from "../../validation/printable.js";

/** The name of a dataset in a sentence: the last part of a folder's path; undefined for arrays without a name. */
export function datasetText(dataset: string): string | undefined {
  const name = dataset.split(/[/\\]/).findLast((part) => !["", ".", ".."].includes(part));
  return name === undefined || dataset === IN_MEMORY ? undefined : printable(name);
}
