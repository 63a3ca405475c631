import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { expect, test, vi } from "vitest";
import { checkLibtorch } from "../../src/install/check-libtorch.js";
import { fetchLibtorch } from "../../src/install/fetch-libtorch.js";
import { cachedRoot, findLibtorch } from "../../src/install/find-libtorch.js";
import { KNOWN_WHEELS } from "../../src/install/known-wheels.js";
import { libraryFileName } from "../../src/install/library-file.js";
import { libtorchFiles, writeFiles } from "./fake-libtorch.js";
import { makeWheel, recordLine } from "./fake-wheel.js";
import { useTestFolder } from "./test-folder.js";

// Uses the real pip with a folder of wheels instead of a network.
vi.mock("../../src/install/known-wheels.js", () => ({ KNOWN_WHEELS: {} })); // these wheels are not from PyPI
const realPath = process.env.PATH!;
const folder = useTestFolder();
const said: string[] = [];
const context = { log: (line: string) => void said.push(line), quiet: true, force: false };

function makeWheels(torch = libtorchFiles("2.15.0+cu132"), record?: string) {
  vi.stubEnv("PATH", realPath);
  vi.stubEnv("PIP_NO_INDEX", "1");
  vi.stubEnv("PIP_FIND_LINKS", folder.path("wheels"));
  const inTorch = Object.entries(torch).map(([name, content]) => [`torch/${name}`, content] as const);
  const others = { "torch/lib/libtorch_python.so": "not needed", "torch/nn/linear.py": "not needed" };
  const toolkit = "cuda-toolkit[cublas,cudart,cupti]==13.2.2";
  makeWheel(
    folder.path(),
    "torch",
    "2.15.0",
    ["filelock", toolkit],
    {
      ...Object.fromEntries(inTorch),
      ...others,
    },
    record,
  );
  const requirements = [
    "nvidia-cuda-runtime==13.2.86.*; extra == 'cudart'",
    "nvidia-cuda-cupti==13.2.86.*; extra == 'cupti'",
  ];
  makeWheel(folder.path(), "cuda_toolkit", "13.2.2", requirements, {});
  makeWheel(folder.path(), "nvidia_cuda_runtime", "13.2.86", [], {
    "nvidia/cu13/lib/libcudart.so.13": "runtime",
  });
  makeWheel(folder.path(), "nvidia_cuda_cupti", "13.2.86", [], {
    "nvidia/cu13/lib/libcupti.so.13": "cupti",
    "nvidia/cu13/lib/libnvperf_host.so": "not needed",
  });
}

const CPU_FILES = ["nvidia", "optimbench-RECORD", "torch", "torch-2.15.0.dist-info"];

test("fetches torch and the two libraries that it links, and keeps the needed files in the wheels' layout", async () => {
  makeWheels();
  const found = await fetchLibtorch("cpu", "python3", context);
  expect(found).toEqual({ root: cachedRoot("cpu"), rule: "cache", version: "2.15.0+cu132" });
  const home = dirname(found.root);
  expect(readdirSync(home).sort()).toEqual(CPU_FILES);
  expect(readdirSync(`${home}/nvidia/cu13/lib`).sort()).toEqual(["libcudart.so.13", "libcupti.so.13"]);
  expect(readdirSync(found.root).sort()).toEqual(["include", "lib", "version.py"]);
  expect(existsSync(`${found.root}/lib/libtorch_python.so`)).toBe(false);
  expect(readdirSync(dirname(home))).toHaveLength(1); // no wheel and no incomplete folder
  vi.stubEnv("PATH", "");
  expect(findLibtorch({ forBuild: true })).toEqual(found);
});

test("removes the files of a killed setup, and replaces a damaged libtorch", async () => {
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

test("leaves nothing under the final name if the wheel is incomplete", async () => {
  const { [`lib/${libraryFileName("c10")}`]: _, ...incomplete } = libtorchFiles("2.15.0");
  makeWheels(incomplete);
  await expect(fetchLibtorch("cpu", "python3", context)).rejects.toThrow(
    `lib/${libraryFileName("c10")} is missing`,
  );
  expect(readdirSync(dirname(dirname(cachedRoot("cpu"))))).toEqual([]);
});

test("reports why pip failed, and what to do", async () => {
  makeWheels();
  rmSync(folder.path("wheels", "torch-2.15.0-py3-none-any.whl"));
  const failure = await fetchLibtorch("cpu", "python3", context).catch((error: Error) => error);
  expect(failure).toMatchObject({ code: "LIBTORCH" });
  const { message } = failure as Error;
  expect(message).toMatch(/^pip could not download torch 2\.15\.0\.\n {2}ERROR: .*torch==2\.15\.0/);
  expect(message).toContain("HTTPS_PROXY");
  expect(readdirSync(dirname(dirname(cachedRoot("cpu"))))).toEqual([]);
});

const C10 = `lib/${libraryFileName("c10")}`;

test("rejects a wheel with a file that differs from its RECORD or is not listed there", async () => {
  const files = libtorchFiles("2.15.0");
  const lines = Object.entries(files).map(([name, content]) => recordLine(`torch/${name}`, content));
  makeWheels({ ...files, [C10]: Buffer.concat([files[C10] as Buffer, Buffer.alloc(1)]) }, lines.join(""));
  const damaged = "torch-2.15.0-py3-none-any.whl is damaged: its file";
  await expect(fetchLibtorch("cpu", "python3", context)).rejects.toThrow(
    `${damaged} torch/${C10} does not match its RECORD.`,
  );
  makeWheels({ ...files, "include/more.h": "" }, lines.join(""));
  await expect(fetchLibtorch("cpu", "python3", context)).rejects.toThrow(`${damaged} torch/include/more.h`);
  expect(existsSync(cachedRoot("cpu"))).toBe(false);
});

test("rejects a different wheel with the name and version of a known one", async () => {
  makeWheels();
  const known = KNOWN_WHEELS as Record<string, Record<string, string>>;
  const system = `${process.platform}-${process.arch}`;
  known[system] = { "nvidia_cuda_cupti-13.2.86": "0".repeat(64) };
  try {
    await expect(fetchLibtorch("cpu", "python3", context)).rejects.toThrow(
      /^The package index served a different nvidia_cuda_cupti-13\.2\.86-.*\.whl than PyPI: its SHA-256 is [0-9a-f]{64}, expected 0{64}\./,
    );
    expect(existsSync(cachedRoot("cpu"))).toBe(false);
  } finally {
    delete known[system];
  }
});

// The checks of `optimbench setup`, `doctor` and every training run, and how setup responds.
test.each<[string, (home: string) => void, RegExp]>([
  [
    "cut short",
    (home) => truncateSync(`${home}/torch/${C10}`, 255),
    /c10.* (is truncated|has 255 bytes, but 256 were unpacked)/,
  ],
  [
    "another library cut short",
    (home) => truncateSync(`${home}/nvidia/cu13/lib/libcupti.so.13`, 4),
    /libcupti\.so\.13 has 4 bytes, but 5/,
  ],
  ["gone", (home) => rmSync(`${home}/nvidia/cu13/lib/libcupti.so.13`), /libcupti\.so\.13 is missing/],
  [
    "longer",
    (home) => appendFileSync(`${home}/torch/${C10}`, "x"),
    /c10.* has 257 bytes, but 256 were unpacked/,
  ],
])("a cached library that is %s is skipped and replaced", async (_, damage, reason) => {
  makeWheels();
  const { root } = await fetchLibtorch("cpu", "python3", context);
  damage(dirname(root));
  const rejected: string[] = [];
  expect(findLibtorch({ cached: ["cpu"], onRejected: (why) => rejected.push(why) })).toBeUndefined();
  expect(rejected.join()).toMatch(reason);
  await fetchLibtorch("cpu", "python3", context);
  expect(findLibtorch({ cached: ["cpu"] })?.root).toBe(root);
});

test("compares headers if they are needed, and contents if thorough", async () => {
  makeWheels();
  const { root } = await fetchLibtorch("cpu", "python3", context);
  checkLibtorch(root, { forBuild: true, thorough: true });
  const library = readFileSync(`${root}/${C10}`);
  library[200] = 1;
  writeFileSync(`${root}/${C10}`, library);
  checkLibtorch(root, { forBuild: true });
  expect(() => checkLibtorch(root, { thorough: true })).toThrow(/c10.* differs from what was unpacked\.$/);
  appendFileSync(`${root}/include/torch/headeronly/version.h`, "//");
  checkLibtorch(root);
  expect(() => checkLibtorch(root, { forBuild: true })).toThrow(
    /version\.h has \d+ bytes, but \d+ were unpacked/,
  );
});
