import { readdirSync } from "node:fs";
import { askProgram } from "../system/run-program.js";

/** Whether this machine has an NVIDIA GPU with a working driver. */
export function hasNvidiaGpu(): boolean {
  try {
    if (readdirSync("/proc/driver/nvidia/gpus").length > 0) return true;
  } catch {
    // no such driver, or another system
  }
  return /^GPU \d/m.test(askProgram("nvidia-smi", ["-L"]) ?? "");
}
