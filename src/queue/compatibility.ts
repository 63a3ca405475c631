import type { NativeInfo } from "../native/addon.js";
import { type Numerics, numericsHere } from "../native/numerics.js";
import { packageVersion } from "../system/package-root.js";
import { listText } from "../validation/list-text.js";
import type { StudyEntry } from "./study-entry.js";

/** What may differ between workers if the bits of results need not be equal. */
const MIXED: ReadonlySet<string> = new Set([
  "instructionSet",
  "kernels",
  "platform",
  "arch",
  "processor",
  "gpus",
  "gpuKernels",
]);

const NAMES: Readonly<Record<keyof Numerics, string>> = {
  numerics: "version of the numerics",
  libtorch: "libtorch",
  instructionSet: "instruction set",
  kernels: "kernels",
  platform: "operating system",
  arch: "architecture",
  processor: "processor",
  gpus: "GPUs",
  gpuKernels: "kernels of GPUs",
  gpuNumerics: "version of the numerics of GPUs",
};
/** What runs on the CPU do not depend on. */
const OF_GPUS: ReadonlySet<keyof Numerics> = new Set(["gpus", "gpuKernels", "gpuNumerics"]);

/**
 * Why this machine cannot run the cells of a study with the numbers that its keys promise: other versions, kernels or devices. The
 * data is checked apart.
 *
 * @returns undefined if it can
 */
export function whyNotHere(
  { optimbench, numerics, devices, allow }: StudyEntry,
  native: NativeInfo,
): string | undefined {
  if (optimbench !== packageVersion)
    return `it was submitted by optimbench ${optimbench}, and this is ${packageVersion}`;
  const here = numericsHere(native);
  const isMixed = allow.includes("mixed-kernels");
  const isOnCpu = devices.every((device) => device === "cpu");
  const differing = (Object.keys(NAMES) as (keyof Numerics)[])
    .filter((key) => !(isOnCpu && OF_GPUS.has(key)) && !(isMixed && MIXED.has(key)))
    .filter((key) => JSON.stringify(numerics[key]) !== JSON.stringify(here[key]));
  if (differing.length > 0) {
    const texts = differing.map(
      (key) => `${NAMES[key]} ${shown(numerics[key])} instead of ${shown(here[key])}`,
    );
    const canMix = differing.every((key) => MIXED.has(key));
    return `it needs ${listText(texts)}${canMix ? ". Submitted with --allow mixed-kernels, it could run here" : ""}`;
  }
  const missing = devices.find((device) => !native.devices.includes(device));
  return missing === undefined ? undefined : `it needs the device ${missing}`;
}

const shown = (value: unknown) => (Array.isArray(value) ? value.join(", ") : (value ?? "none"));
