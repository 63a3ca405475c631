import { expect, it, vi } from "vitest";
import { modelIn, nvidiaGpus } from "../../src/install/nvidia-gpu.js";
import { useTestFolder, writeProgram } from "./test-folder.js";

const folder = useTestFolder();

it("reads the model from what the driver writes", () => {
  const information = "Model: \t\t NVIDIA H100 80GB HBM3\nIRQ:   \t\t 34\nGPU UUID: \t GPU-5c4c\n";
  expect(modelIn(information)).toBe("NVIDIA H100 80GB HBM3");
});

it("asks nvidia-smi where the driver has no such files", () => {
  const listed = "GPU 0: NVIDIA RTX A2000 (UUID: GPU-1c0e)\\nGPU 1: Tesla T4\\n";
  writeProgram(folder.path("nvidia-smi"), `printf '${listed}'`);
  vi.stubEnv("PATH", `${folder.path()}:${process.env.PATH}`);
  try {
    expect(nvidiaGpus()).toEqual(["NVIDIA RTX A2000", "Tesla T4"]);
  } finally {
    vi.unstubAllEnvs();
  }
});
