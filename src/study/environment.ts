import { availableParallelism, release, totalmem, type } from "node:os";
import { z } from "zod";
import type { NativeInfo } from "../native/addon.js";
import { cpuModel, GPU_KERNELS, gpuKernels, gpuModels } from "../native/numerics.js";
import { cpuQuota } from "../system/cpu-quota.js";
import { packageVersion } from "../system/package-root.js";
import type { Environment } from "./study.generated.js";

export type { Environment };

export const environmentSchema = z
  .object({
    optimbench: z.string().describe("version of optimbench"),
    node: z.string().describe("version of Node.js"),
    libtorch: z
      .string()
      .nullable()
      .describe(
        'version of libtorch, such as "2.15.0"; null if libtorch was not opened, as are instructionSet and kernels',
      ),
    instructionSet: z
      .string()
      .nullable()
      .describe('vector instructions that libtorch uses, such as "AVX512"'),
    kernels: z
      .enum(["reference", "baseline", "avx2", "avx512"])
      .nullable()
      .describe("kernels that ran on the CPU, chosen by the processor and OPTIMBENCH_KERNELS"),
    devices: z
      .array(z.string())
      .readonly()
      .describe('devices that libtorch found, such as "cpu" and "cuda:0"'),
    gpus: z
      .array(z.string())
      .readonly()
      .optional()
      .describe('models of the GPUs, such as "NVIDIA H100 80GB HBM3"; omitted if libtorch found none'),
    gpuKernels: z
      .enum(GPU_KERNELS)
      .optional()
      .describe(
        "what computes on the GPUs: kernels that are compiled for them, or libtorch's operators (reference), because kernels cannot be compiled or OPTIMBENCH_KERNELS is reference; omitted with gpus",
      ),
    platform: z.string().describe("operating system, as process.platform names it"),
    arch: z.string().describe("architecture, as process.arch names it"),
    system: z.string().describe("operating system and its version"),
    glibc: z.string().nullable().describe("version of the C library; null if it is not glibc"),
    cpu: z.string().describe("model of the processor"),
    threads: z.int().min(0).describe("hardware threads that this process may use"),
    cpuQuota: z
      .number()
      .nullable()
      .describe("number of CPUs whose time the control group allows; null if it sets no limit"),
    memoryBytes: z.number().describe("memory of the machine, in bytes"),
  })
  .describe("where something ran: versions, system and processor");

/** Describes this machine and the versions. `native` is the result of `nativeInfo()`. */
export function environment(native?: NativeInfo): Environment {
  const gpus = native && gpuModels(native);
  return {
    optimbench: packageVersion,
    node: process.versions.node,
    libtorch: native?.torch ?? null,
    instructionSet: native?.instructionSet ?? null,
    kernels: native?.kernels ?? null,
    devices: native?.devices ?? [],
    ...(native && gpus && { gpus, gpuKernels: gpuKernels(native) }),
    platform: process.platform,
    arch: process.arch,
    system: `${type()} ${release()}`,
    glibc: glibcVersion() ?? null,
    cpu: cpuModel(),
    threads: availableParallelism(),
    cpuQuota: cpuQuota() ?? null,
    memoryBytes: totalmem(),
  };
}

/** Version of the GNU C library that Node uses; undefined with musl or on other systems. */
export function glibcVersion(): string | undefined {
  if (process.platform !== "linux") return undefined;
  Object.assign(process.report, { excludeNetwork: true }); // listing network interfaces can take seconds
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime;
}
