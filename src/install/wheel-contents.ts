/** The kind of a libtorch; "cuda" also runs on the CPU. */
export type Kind = "cpu" | "cuda";

/** The libraries in torch/lib that only Python or CUDA devices need: more than half of its size. */
const NOT_FOR_CPU = /\/(lib)?(torch_cuda|c10_cuda|caffe2_nvrtc|torch_nvshmem|torch_python|shm\b)/;

/** Whether a file of the wheels `torch` and `nvidia-*` is needed to compile or to train. */
export function isNeeded(name: string, kind: Kind): boolean {
  if (name === "torch/version.py" || name.startsWith("torch/include/")) return true;
  if (/^torch[^/]*\.dist-info\/(METADATA|licenses\/LICENSE)$/.test(name)) return true;
  if (name.startsWith("torch/lib/")) return kind === "cuda" || !NOT_FOR_CPU.test(name);
  if (!name.startsWith("nvidia/")) return false;
  // libtorch_cpu links these two, even on machines without a GPU.
  if (kind === "cpu") return /\/lib\/lib(cudart|cupti)\.so/.test(name);
  return name.includes("/include/") || /\/lib\/[^/]+\.so/.test(name) || name.endsWith(".dll");
}

/**
 * The other wheels that the wheel `torch` needs, as requirements for pip, from its METADATA. Conditions on the system
 * ("; platform_system == ...") are kept, for pip to evaluate.
 */
export function cudaRequirements(metadata: string, kind: Kind): string[] {
  return [...metadata.matchAll(/^Requires-Dist: *(.+?)\s*$/gm)]
    .map((match) => match[1]!)
    .filter((requirement) => !/;.*\bextra\b/.test(requirement))
    .flatMap((requirement) => {
      if (kind === "cuda") return /^(cuda-toolkit|nvidia-)/.test(requirement) ? [requirement] : [];
      if (/^nvidia-cuda-(runtime|cupti)\b/.test(requirement)) return [requirement];
      const toolkit = /^cuda-toolkit\[([^\]]*)\](.*)$/.exec(requirement);
      const parts = toolkit?.[1]?.split(",").filter((part) => /^(cudart|cupti)$/.test(part.trim())) ?? [];
      return parts.length > 0 ? [`cuda-toolkit[${parts.join(",")}]${toolkit?.[2]}`] : [];
    });
}
