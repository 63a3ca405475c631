import { describe, expect, test } from "vitest";
import { cudaRequirements, isNeeded } from "../../src/install/wheel-contents.js";

// As the wheel torch 2.15.0 for Linux has them.
const METADATA = `Metadata-Version: 2.4
Name: torch
Requires-Dist: filelock
Requires-Dist: sympy>=1.13.3
Requires-Dist: cuda-toolkit[cublas,cudart,cufft,cupti,nvtx]==13.2.2; platform_system == "Linux"
Requires-Dist: cuda-bindings<14,>=13.0.3; platform_system == "Linux" and python_version < "3.15"
Requires-Dist: nvidia-cudnn-cu13==9.26.0.51; platform_system == "Linux"
Requires-Dist: triton~=3.9.0; platform_system == "Linux" and python_version < "3.16"
Requires-Dist: nvidia-made-up==1; extra == "made-up"

Requires attention, says the description.
`;

describe("cudaRequirements", () => {
  test("for the CPU: the two wheels that libtorch_cpu links", () => {
    const toolkit = 'cuda-toolkit[cudart,cupti]==13.2.2; platform_system == "Linux"';
    expect(cudaRequirements(METADATA, "cpu")).toEqual([toolkit]);
  });
  test("for CUDA: all NVIDIA wheels, and no Python packages", () => {
    expect(cudaRequirements(METADATA, "cuda")).toEqual([
      'cuda-toolkit[cublas,cudart,cufft,cupti,nvtx]==13.2.2; platform_system == "Linux"',
      'nvidia-cudnn-cu13==9.26.0.51; platform_system == "Linux"',
    ]);
  });
  test("if the wheel names the two directly", () => {
    const names = [
      "nvidia-cuda-runtime-cu12==12.8.90",
      "nvidia-cuda-cupti-cu12==12.8.90",
      "nvidia-cublas-cu12==12.8",
    ];
    const metadata = names.map((name) => `Requires-Dist: ${name}\n`).join("");
    expect(cudaRequirements(metadata, "cpu")).toEqual(names.slice(0, 2));
  });
  test("nothing for a wheel without CUDA", () => {
    expect(cudaRequirements("Requires-Dist: filelock\n", "cpu")).toEqual([]);
  });
});

describe("isNeeded", () => {
  test.each([
    ["torch/lib/libtorch_cpu.so", true, true],
    ["torch/lib/libtorch_cpu.dylib", true, true],
    ["torch/lib/libc10.so", true, true],
    ["torch/lib/libgomp.so.1", true, true],
    ["torch/include/ATen/ATen.h", true, true],
    ["torch/version.py", true, true],
    ["torch-2.15.0.dist-info/METADATA", true, true],
    ["torch/lib/libtorch_cuda.so", false, true],
    ["torch/lib/libtorch_cuda_linalg.so", false, true],
    ["torch/lib/libc10_cuda.so", false, true],
    ["torch/lib/libtorch_python.so", false, true],
    ["torch/lib/c10_cuda.dll", false, true],
    ["nvidia/cu13/lib/libcudart.so.13", true, true],
    ["nvidia/cu13/lib/libcupti.so.13", true, true],
    ["nvidia/cu13/lib/libnvperf_host.so", false, true],
    ["nvidia/cu13/include/cuda_runtime.h", false, true],
    ["nvidia/cu13/lib/libcudart_static.a", false, false],
    ["torch/nn/modules/linear.py", false, false],
    ["torch/bin/protoc", false, false],
    ["cuda_toolkit-13.2.2.dist-info/METADATA", false, false],
  ])("%s: for the CPU %s, for CUDA %s", (name, cpu, cuda) => {
    expect([isNeeded(name, "cpu"), isNeeded(name, "cuda")]).toEqual([cpu, cuda]);
  });
});
