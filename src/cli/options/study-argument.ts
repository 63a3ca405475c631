import { statSync } from "node:fs";
import { join } from "node:path";
import { STUDY } from "../../study/result-folder.js";

/** The path of a study that is given as its study.json or its folder. */
export const studyPath = (place: string): string =>
  statSync(place, { throwIfNoEntry: false })?.isDirectory() ? join(place, STUDY) : place;
