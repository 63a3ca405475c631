import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** What tells a machine from others. */
export interface HostIdentity {
  /** Its name. */
  readonly host: string;
  /** Its boot, which containers on one machine share although their names differ; known on Linux only. */
  readonly boot?: string;
}

export function hostIdentity(): HostIdentity {
  const boot = bootId();
  return { host: hostname(), ...(boot !== undefined && { boot }) };
}

function bootId(): string | undefined {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return undefined; // another system, or a sandbox that hides it
  }
}
