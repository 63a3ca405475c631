import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { askProgram } from "../system/run-program.js";

const DRIVER = "/proc/driver/nvidia/gpus";

/** Models of the NVIDIA GPUs of this machine, such as "NVIDIA H100 80GB HBM3". Empty without a working driver. */
export function nvidiaGpus(): string[] {
  try {
    const gpus = readdirSync(DRIVER).sort();
    if (gpus.length > 0)
      return gpus.map((gpu) => modelIn(readFileSync(join(DRIVER, gpu, "information"), "utf8")));
  } catch {
    // no such driver, or another system
  }
  const listed = askProgram("nvidia-smi", ["-L"]) ?? "";
  return [...listed.matchAll(/^GPU \d+: (.*?)(?: \(UUID.*)?$/gm)].map(([, model]) => model!);
}

export const modelIn = (information: string): string =>
  /^Model:\s*(.+)$/m.exec(information)?.[1]?.trim() ?? "unknown";
