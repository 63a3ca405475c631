import { statSync } from "node:fs";
import { join } from "node:path";
import { STUDY } from "../../study/result-folder.js";

/** The path of a study that is given as its study.json or its folder. Reading it says what is wrong with a path. */
export function studyPath(place: string): string {
  try {
    return statSync(place).isDirectory() ? join(place, STUDY) : place;
  } catch {
    return place;
  }
}
