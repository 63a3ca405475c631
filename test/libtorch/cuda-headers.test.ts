import { expect, test } from "vitest";
import { findCudaHeaders } from "../../src/libtorch/cuda-headers.js";
import { writeFiles } from "./fake-libtorch.js";
import { useTestFolder } from "./test-folder.js";

const folder = useTestFolder();
const libtorch = () =>
  ({ root: folder.path("python", "torch"), rule: "Python's torch", version: "2.15.0" }) as const;
const whole = (place: string) => ({
  [`${place}/cuda_runtime_api.h`]: "",
  [`${place}/crt/host_defines.h`]: "",
});

test("finds no CUDA headers where there are none, or half of them", () => {
  expect(findCudaHeaders(libtorch())).toBeUndefined();
  writeFiles(folder.path(), { "python/nvidia/cu13/include/cuda_runtime_api.h": "" });
  expect(findCudaHeaders(libtorch())).toBeUndefined();
});

test("finds CUDA's headers beside libtorch, or rather in the cache", () => {
  writeFiles(folder.path(), whole("python/nvidia/cu13/include"));
  expect(findCudaHeaders(libtorch())).toBe(folder.path("python", "nvidia", "cu13", "include"));
  writeFiles(folder.path(), whole("cache/cuda-headers-13/nvidia/cu13/include"));
  expect(findCudaHeaders(libtorch())).toBe(
    folder.path("cache", "cuda-headers-13", "nvidia", "cu13", "include"),
  );
});
