import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";

/** Whether this machine has an NVIDIA GPU whose driver answers. */
export function hasNvidiaGpu(): boolean {
  try {
    if (readdirSync("/proc/driver/nvidia/gpus").length > 0) return true;
  } catch {
    // No such driver, or another system.
  }
  const { status, stdout } = spawnSync("nvidia-smi", ["-L"], { encoding: "utf8", timeout: 20_000 });
  return status === 0 && /^GPU \d/m.test(stdout);
}
