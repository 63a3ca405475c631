import { cpus } from "node:os";
import { z } from "zod";
import { nvidiaGpus } from "../install/nvidia-gpu.js";
import type { NativeInfo } from "./interface.js";

/**
 * Version of what training computes. It must change when the same config gives other numbers than before, so that results of
 * both versions are never mixed. test/study/numerics.test.ts fails when the numbers change.
 */
export const NUMERICS = 3;
/** The same for what only a GPU computes. */
const GPU_NUMERICS = 2;

/** What the numbers of a run depend on besides its config and its dataset. */
export const numericsSchema = z.object({
  numerics: z.int(),
  libtorch: z.string().nullable(),
  instructionSet: z.string().nullable(),
  kernels: z.string().nullable(),
  platform: z.string(),
  arch: z.string(),
  processor: z.string(),
  gpus: z.array(z.string()).readonly().optional(),
  gpuNumerics: z.int().optional(),
});
export type Numerics = z.output<typeof numericsSchema>;

/** Where something runs, as far as numbers depend on it. */
type Machine = Omit<Numerics, "numerics" | "processor" | "gpus" | "gpuNumerics"> & {
  readonly cpu: string;
  readonly gpus?: readonly string[] | undefined;
};

export function numericsOf(machine: Machine): Numerics {
  const { libtorch, instructionSet, kernels, platform, arch, cpu, gpus } = machine;
  // libtorch's matrix products choose their code by the vendor of the processor.
  const processor = /Intel|AMD|Apple/.exec(cpu)?.[0] ?? cpu;
  const processors = { platform, arch, processor, ...(gpus && { gpus, gpuNumerics: GPU_NUMERICS }) };
  return { numerics: NUMERICS, libtorch, instructionSet, kernels, ...processors };
}

/** Without the GPUs, on which the numbers of a run on the CPU do not depend. */
export const numericsOnCpu = ({ gpus: _, gpuNumerics: __, ...numerics }: Numerics): Numerics => numerics;

/** The same for this process. */
export const numericsHere = (native: NativeInfo): Numerics =>
  numericsOf({
    libtorch: native.torch,
    instructionSet: native.instructionSet,
    kernels: native.kernels,
    platform: process.platform,
    arch: process.arch,
    cpu: cpuModel(),
    gpus: gpuModels(native),
  });

/** The model of the processor. */
export const cpuModel = (): string => cpus()[0]?.model.trim() || "unknown";

/** The models of the GPUs; undefined if libtorch found none. */
export const gpuModels = ({ devices }: NativeInfo): readonly string[] | undefined =>
  devices.some((device) => device.startsWith("cuda")) ? nvidiaGpus() : undefined;
