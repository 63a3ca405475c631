import { z } from "zod";
import { type Study, studySchema } from "../study/study.js";
import { MOST_VALUES } from "../study/study-file.js";
import { atOnce, inTurns, type Work } from "../system/in-turns.js";
import { check, parse } from "../validation/parse.js";
import type { Verdicts } from "../verdicts/verdicts.js";
import type { Finding } from "./check.js";
import { CHECK_NAMES, CHECKS } from "./checks.js";
import { examining } from "./examined-study.js";

/** Which checks to omit. */
export interface CheckOptions {
  /** Names of checks whose findings are known and accepted. Default: none. */
  readonly ignore?: readonly string[];
}

const optionsSchema = z.strictObject({
  ignore: z.array(z.enum(CHECK_NAMES)).max(1000).default([]),
});

/**
 * Looks for mistakes that studies of optimizers are known for, without blocking the event loop.
 *
 * @returns what was found, failures first; empty if nothing was
 * @throws OptimbenchError (CONFIG) if `given` is not a study, or an option is not valid
 */
export async function checkStudy(given: Study, options: CheckOptions = {}): Promise<readonly Finding[]> {
  const { ignore } = parse(optionsSchema, options, "options");
  return inTurns(checking(check(studySchema, given, "study", MOST_VALUES), { ignore }));
}

/** The same at once, for a study that is known to be one. */
export const findingsOf = (study: Study, known?: Known): readonly Finding[] => atOnce(checking(study, known));

interface Known extends CheckOptions {
  /** Those of the whole study, if they are known. */
  readonly verdicts?: Verdicts;
}

/** The same in pieces. */
export function* checking(study: Study, { ignore = [], verdicts }: Known = {}): Work<readonly Finding[]> {
  const examined = yield* examining(study, verdicts);
  const found = CHECKS.filter(({ name }) => !ignore.includes(name)).flatMap(({ name, advice, find }) => {
    const one = find(examined);
    return one === undefined ? [] : [{ check: name, ...one, advice }];
  });
  return [...found.filter(({ level }) => level === "fail"), ...found.filter(({ level }) => level === "note")];
}
