import { mkdirSync, readdirSync } from "node:fs";
import { beforeEach, expect, test, vi } from "vitest";
import { findCudaHeaders, getCudaHeaders } from "../../src/install/cuda-headers.js";
import { writeFiles } from "./fake-libtorch.js";
import { makeWheel } from "./fake-wheel.js";
import { useTestFolder } from "./test-folder.js";

vi.mock("../../src/install/known-wheels.js", () => ({ KNOWN_WHEELS: {} })); // these wheels are not from PyPI
const realPath = process.env.PATH!;
const folder = useTestFolder();
const libtorch = () =>
  ({ root: folder.path("python", "torch"), rule: "Python's torch", version: "2.15.0" }) as const;
const whole = (place: string) => ({
  [`${place}/cuda_runtime_api.h`]: "",
  [`${place}/crt/host_defines.h`]: "",
});

beforeEach(() => {
  vi.stubEnv("CUDA_HOME", undefined);
  vi.stubEnv("CUDA_PATH", undefined);
});

test("finds no CUDA headers if there are none, or only some", () => {
  expect(findCudaHeaders(libtorch())).toBeUndefined();
  writeFiles(folder.path(), { "python/nvidia/cu13/include/cuda_runtime_api.h": "" });
  expect(findCudaHeaders(libtorch())).toBeUndefined();
});

test("finds CUDA's headers beside libtorch, but prefers the cache", () => {
  writeFiles(folder.path(), whole("python/nvidia/cu13/include"));
  expect(findCudaHeaders(libtorch())).toBe(folder.path("python", "nvidia", "cu13", "include"));
  writeFiles(folder.path(), whole("cache/cuda-headers-13/nvidia/cu13/include"));
  expect(findCudaHeaders(libtorch())).toBe(
    folder.path("cache", "cuda-headers-13", "nvidia", "cu13", "include"),
  );
});

test.each(["CUDA_HOME", "CUDA_PATH"])("finds the headers of the CUDA toolkit that %s names", (variable) => {
  writeFiles(folder.path(), whole("toolkit/include"));
  vi.stubEnv(variable, folder.path("toolkit"));
  expect(findCudaHeaders(libtorch())).toBe(folder.path("toolkit", "include"));
});

// Uses the real pip with a folder of wheels instead of a network.
function get() {
  vi.stubEnv("PATH", realPath);
  vi.stubEnv("PIP_NO_INDEX", "1");
  vi.stubEnv("PIP_FIND_LINKS", folder.path("wheels"));
  const said: string[] = [];
  const log = (line: string) => void said.push(line);
  return getCudaHeaders(libtorch(), { log, quiet: true, force: false }).then((found) => ({ found, said }));
}

test.runIf(process.platform === "linux")("fetches only the headers into the cache, once", async () => {
  const files = (name: string) => ({
    [`nvidia/cu13/include/${name}`]: "header",
    "nvidia/cu13/lib/libcudart.so.13": "not needed",
  });
  vi.stubEnv("PATH", realPath);
  makeWheel(folder.path(), "nvidia_cuda_runtime", "13.2.86", [], files("cuda_runtime_api.h"));
  makeWheel(folder.path(), "nvidia_cuda_runtime", "14.0.1", [], files("of_another_time.h"));
  makeWheel(folder.path(), "nvidia_cuda_crt", "13.2.86", [], files("crt/host_defines.h"));
  const include = folder.path("cache", "cuda-headers-13", "nvidia", "cu13", "include");
  const first = await get();
  expect(first.found).toBe(include);
  expect(readdirSync(include).sort()).toEqual(["crt", "cuda_runtime_api.h"]);
  expect(readdirSync(folder.path("cache"))).toEqual(["cuda-headers-13"]);
  expect(readdirSync(folder.path("cache", "cuda-headers-13", "nvidia", "cu13"))).toEqual(["include"]);
  expect(await get()).toEqual({ found: include, said: [] });
});

test.runIf(process.platform === "linux")(
  "continues without headers that cannot be fetched, and logs it",
  async () => {
    mkdirSync(folder.path("wheels"), { recursive: true });
    const { found, said } = await get();
    expect(found).toBeUndefined();
    expect(said.join("\n")).toMatch(
      /pip could not download them[\s\S]*Continuing without them: steps on a GPU will not be recorded as graphs/,
    );
    expect(readdirSync(folder.path("cache"))).toEqual([]);
  },
);
