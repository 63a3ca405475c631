import { readFileSync } from "node:fs";
import { askProgram } from "./run-program.js";

/** A process. Its start time distinguishes it from a later process with the same id. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly start: string;
}

export const identityOf = (pid: number): ProcessIdentity => ({ pid, start: startOf(pid) ?? "" });

/** Whether exactly this process is still running. */
export const isAlive = ({ pid, start }: ProcessIdentity): boolean => startOf(pid) === start;

/** When a process started, in the system's format; undefined if it has ended. */
function startOf(pid: number): string | undefined {
  if (process.platform === "linux") {
    try {
      // The command's name may contain spaces and brackets; state and start (fields 3 and 22) follow its last bracket.
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
