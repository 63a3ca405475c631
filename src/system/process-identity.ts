import { readFileSync } from "node:fs";
import { askProgram } from "./run-program.js";

/** A process; its start time distinguishes it from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly start: string;
}

export const identityOf = (pid: number): ProcessIdentity => ({ pid, start: startOf(pid) ?? "" });

/** Whether this very process still runs. */
export const isAlive = ({ pid, start }: ProcessIdentity): boolean => startOf(pid) === start;

/** When a process started, in the system's own words; undefined where it has ended. */
function startOf(pid: number): string | undefined {
  if (process.platform === "linux") {
    try {
      // The command's name may hold spaces and brackets; state and start (fields 3 and 22) follow its last bracket.
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
      return fields[0] === "Z" ? undefined : fields[19];
    } catch {
      return undefined;
    }
  }
  return askProgram("ps", ["-o", "lstart=", "-p", String(pid)])?.trim() || undefined;
}
