import { readFileSync } from "node:fs";

/** A small file's text, without white space around it; undefined where it cannot be read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}
