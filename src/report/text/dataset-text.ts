import { printable } from "./printable.js";

/** A dataset in a sentence: a folder by its own name, without the way to it; `undefined` for arrays that nobody named. */
export function datasetText(dataset: string): string | undefined {
  const name = dataset.split(/[/\\]/).findLast((part) => !["", ".", ".."].includes(part));
  return name === undefined || dataset === "in-memory" ? undefined : printable(name);
}
