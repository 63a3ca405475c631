import { processorOf } from "../native/numerics.js";
import { listText } from "../validation/list-text.js";
import { printable } from "../validation/printable.js";
import type { Machine } from "./machines.js";
import type { Study } from "./study.js";

/** Says if runs were trained on machines whose results differ in their last bits; undefined if not. */
export function mixedKernelsNote({ machines = [], runs }: Study): string | undefined {
  const isOnCpu = runs.every(({ config }) => config.device === "cpu");
  const parts: ((machine: Machine) => string)[] = [
    ({ kernels }) => kernels ?? "libtorch",
    ({ instructionSet }) => instructionSet ?? "unknown",
    ({ cpu }) => processorOf(cpu),
    ...(isOnCpu
      ? []
      : [({ gpus = [], gpuKernels }: Machine) => `${gpus.join(" and ")} ${gpuKernels ?? ""}`.trim()]),
  ];
  const differing = parts.filter((part) => new Set(machines.map(part)).size > 1);
  if (differing.length === 0) return undefined;
  const kinds = new Set(
    machines.map((machine) => differing.map((part) => printable(part(machine))).join(" ")),
  );
  return `Runs were trained with different kernels, processors or GPUs (${listText([...kinds])}): results agree within rounding, not bit for bit.`;
}
