import { existsSync, readdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test, vi } from "vitest";
import { fetchLibtorch } from "../../src/libtorch/fetch-libtorch.js";
import { cachedRoot, findLibtorch } from "../../src/libtorch/find-libtorch.js";
import { libraryFileName } from "../../src/libtorch/library-file.js";
import { libtorchFiles, writeFiles } from "./fake-libtorch.js";
import { makeWheel } from "./fake-wheel.js";
import { useTestFolder } from "./test-folder.js";

// Real pip, from a folder of wheels instead of a network.
const realPath = process.env.PATH!;
const folder = useTestFolder();
const said: string[] = [];
const context = { log: (line: string) => void said.push(line), quiet: true, force: false };

function makeWheels(torch = libtorchFiles("2.15.0+cu132")) {
  vi.stubEnv("PATH", realPath);
  vi.stubEnv("PIP_NO_INDEX", "1");
  vi.stubEnv("PIP_FIND_LINKS", folder.path("wheels"));
  const inTorch = Object.entries(torch).map(([name, content]) => [`torch/${name}`, content] as const);
  const others = { "torch/lib/libtorch_python.so": "not needed", "torch/nn/linear.py": "not needed" };
  const toolkit = "cuda-toolkit[cublas,cudart,cupti]==13.2.2";
  makeWheel(folder.path(), "torch", "2.15.0", ["filelock", toolkit], {
    ...Object.fromEntries(inTorch),
    ...others,
  });
  const parts = [
    "nvidia-cuda-runtime==13.2.86.*; extra == 'cudart'",
    "nvidia-cuda-cupti==13.2.86.*; extra == 'cupti'",
  ];
  makeWheel(folder.path(), "cuda_toolkit", "13.2.2", parts, {});
  makeWheel(folder.path(), "nvidia_cuda_runtime", "13.2.86", [], {
    "nvidia/cu13/lib/libcudart.so.13": "runtime",
  });
  makeWheel(folder.path(), "nvidia_cuda_cupti", "13.2.86", [], {
    "nvidia/cu13/lib/libcupti.so.13": "cupti",
    "nvidia/cu13/lib/libnvperf_host.so": "not needed",
  });
}

const CPU_FILES = ["nvidia", "torch", "torch-2.15.0.dist-info"];

test("fetches torch and the two libraries it links, and keeps what is needed in the wheels' own layout", async () => {
  makeWheels();
  const found = await fetchLibtorch("cpu", "python3", context);
  expect(found).toEqual({ root: cachedRoot("cpu"), rule: "cache", version: "2.15.0+cu132" });
  const home = dirname(found.root);
  expect(readdirSync(home).sort()).toEqual(CPU_FILES);
  expect(readdirSync(`${home}/nvidia/cu13/lib`).sort()).toEqual(["libcudart.so.13", "libcupti.so.13"]);
  expect(readdirSync(found.root).sort()).toEqual(["include", "lib", "version.py"]);
  expect(existsSync(`${found.root}/lib/libtorch_python.so`)).toBe(false);
  expect(readdirSync(dirname(home))).toHaveLength(1); // No wheel, no unfinished folder.
  vi.stubEnv("PATH", "");
  expect(findLibtorch({ forBuild: true })).toEqual(found);
});

test("clears what a killed set-up left, and replaces a damaged libtorch", async () => {
  makeWheels();
  const home = dirname(cachedRoot("cpu"));
  writeFiles(`${dirname(home)}/.partial-${home.split("/").at(-1)}`, {
    "torch/lib/old": "",
    "wheels/half.whl": "PK",
  });
  writeFiles(cachedRoot("cpu"), { "lib/stale": "" });
  const { root } = await fetchLibtorch("cpu", "python3", context);
  expect(existsSync(`${root}/lib/stale`)).toBe(false);
  expect(existsSync(`${root}/lib/old`)).toBe(false);
  expect(readdirSync(dirname(home))).toHaveLength(1);
});

test("leaves nothing under the real name where the wheel is not whole", async () => {
  const { [`lib/${libraryFileName("c10")}`]: _, ...incomplete } = libtorchFiles("2.15.0");
  makeWheels(incomplete);
  await expect(fetchLibtorch("cpu", "python3", context)).rejects.toThrow(
    `lib/${libraryFileName("c10")} is missing`,
  );
  expect(readdirSync(dirname(dirname(cachedRoot("cpu"))))).toEqual([]);
});

test("passes on why pip failed, and what to do", async () => {
  makeWheels();
  rmSync(folder.path("wheels", "torch-2.15.0-py3-none-any.whl"));
  const failure = await fetchLibtorch("cpu", "python3", context).catch((error: Error) => error);
  expect(failure).toMatchObject({ code: "LIBTORCH" });
  const { message } = failure as Error;
  expect(message).toMatch(/^pip could not download torch 2\.15\.0\.\n {2}ERROR: .*torch==2\.15\.0/);
  expect(message).toContain("HTTPS_PROXY");
  expect(readdirSync(dirname(dirname(cachedRoot("cpu"))))).toEqual([]);
});
