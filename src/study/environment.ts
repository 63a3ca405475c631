import { availableParallelism, cpus, release, totalmem, type } from "node:os";
import type { Kernels, NativeInfo } from "../native/addon.js";
import { cpuQuota } from "../system/cpu-quota.js";
import { packageVersion } from "../system/package-root.js";

/** Where something ran: plain data, kept with every study. */
export type Environment = Readonly<{
  optimbench: string;
  node: string;
  /** "2.15.0"; null where libtorch has not been opened, as is everything else that it reports. */
  libtorch: string | null;
  /** The vector instructions that libtorch uses, such as "AVX512". */
  instructionSet: string | null;
  /** Those that ran on the CPU, as the processor and OPTIMBENCH_KERNELS had it. */
  kernels: Kernels | null;
  /** "cpu", "cuda:0" ... */
  devices: readonly string[];
  platform: string;
  arch: string;
  /** System and its version. */
  system: string;
  /** Version of the C library; null where it is not glibc. */
  glibc: string | null;
  cpu: string;
  /** Hardware threads that this process may use. */
  threads: number;
  /** CPUs' worth of time that the control group allows; null where nothing limits it. */
  cpuQuota: number | null;
  memoryBytes: number;
}>;

/** Describes this machine and these versions; `native` is what `nativeInfo()` gives. */
export function environment(native?: NativeInfo): Environment {
  return {
    optimbench: packageVersion,
    node: process.versions.node,
    libtorch: native?.torch ?? null,
    instructionSet: native?.instructionSet ?? null,
    kernels: native?.kernels ?? null,
    devices: native?.devices ?? [],
    platform: process.platform,
    arch: process.arch,
    system: `${type()} ${release()}`,
    glibc: glibcVersion() ?? null,
    cpu: cpus()[0]?.model.trim() || "unknown",
    threads: availableParallelism(),
    cpuQuota: cpuQuota() ?? null,
    memoryBytes: totalmem(),
  };
}

/** Version of the GNU C library that this Node runs on; undefined with another one (musl) or on another system. */
export function glibcVersion(): string | undefined {
  if (process.platform !== "linux") return undefined;
  Object.assign(process.report, { excludeNetwork: true }); // Naming the network's interfaces can take seconds.
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime;
}
