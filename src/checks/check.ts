import type { ExaminedStudy } from "./examined-study.js";

/** What a check found in a study. */
export interface Finding {
  /** Name of the check: a section of docs/checks.md. */
  readonly check: string;
  /** "fail": a result cannot be relied on. "note": the results hold, but mean less than they may seem to. */
  readonly level: "fail" | "note";
  /** What was found, with its numbers: one sentence. */
  readonly found: string;
  /** What to do about it. */
  readonly advice: string;
}

type Found = Pick<Finding, "level" | "found">;

/** Looks for one mistake that studies are known for. */
export interface Check {
  /** Lower-case words with hyphens, which name the mistake. */
  readonly name: string;
  /** What to do if it finds something. */
  readonly advice: string;
  /** Undefined if it finds nothing. */
  readonly find: (study: ExaminedStudy) => Found | undefined;
}

export const fail = (found: string): Found => ({ level: "fail", found });
export const note = (found: string): Found => ({ level: "note", found });
