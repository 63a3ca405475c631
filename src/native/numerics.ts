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
const GPU_NUMERICS = 3;

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
  gpuKernels: z.string().optional(),
  gpuNumerics: z.int().optional(),
});
export type Numerics = z.output<typeof numericsSchema>;

/** What runs on the CPU do not depend on. */
type OfGpus = Pick<Numerics, "gpus" | "gpuKernels" | "gpuNumerics">;

/** Where something runs, as far as numbers depend on it. */
type Machine = Omit<Numerics, "numerics" | "processor" | keyof OfGpus> & {
  readonly cpu: string;
  readonly gpus?: readonly string[] | undefined;
  readonly gpuKernels?: GpuKernels | undefined;
};

export function numericsOf(machine: Machine): Numerics {
  const { libtorch, instructionSet, kernels, platform, arch, cpu, gpus, gpuKernels } = machine;
  const processor = processorOf(cpu);
  const ofGpus = gpus && { gpus, ...(gpuKernels && { gpuKernels }), gpuNumerics: GPU_NUMERICS };
  return { numerics: NUMERICS, libtorch, instructionSet, kernels, platform, arch, processor, ...ofGpus };
}

/** The vendor of a processor, by which libtorch's matrix products choose their code; otherwise its model. */
export const processorOf = (cpu: string): string => /Intel|AMD|Apple/.exec(cpu)?.[0] ?? cpu;

/** Without the GPUs, on which the numbers of a run on the CPU do not depend. */
export function numericsOnCpu(numerics: Numerics): Numerics {
  const { gpus: _, gpuKernels: __, gpuNumerics: ___, ...others } = numerics;
  return others;
}

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
    gpuKernels: gpuKernels(native),
  });

/** The model of the processor. */
export const cpuModel = (): string => cpus()[0]?.model.trim() || "unknown";

/** What computes on GPUs: kernels that are compiled for them, or libtorch's operators alone. */
export const GPU_KERNELS = ["compiled", "reference"] as const;
export type GpuKernels = (typeof GPU_KERNELS)[number];
export const gpuKernels = ({ whyNoKernels }: NativeInfo): GpuKernels =>
  whyNoKernels === undefined ? "compiled" : "reference";

/** The models of the GPUs; undefined if libtorch found none. */
export const gpuModels = ({ devices }: NativeInfo): readonly string[] | undefined =>
  devices.some((device) => device.startsWith("cuda")) ? nvidiaGpus() : undefined;
