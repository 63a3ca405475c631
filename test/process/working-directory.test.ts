import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test, vi } from "vitest";
import { packageRoot } from "../../src/system/package-root.js";
import { writeFiles } from "../install/fake-libtorch.js";
import { useTestFolder, writeProgram } from "../install/test-folder.js";

// No file of the working directory may be run or imported, because it may be an unpacked archive.
const realPath = process.env.PATH!;
const folder = useTestFolder();

const MODULES = [
  "pip",
  "torch",
  "os",
  "site",
  "sys",
  "runpy",
  "importlib",
  "json",
  "sitecustomize",
  "usercustomize",
];
const PROGRAMS = [
  "python3",
  "python",
  "nvidia-smi",
  "ps",
  "ldconfig",
  "cmake",
  "ninja",
  "c++",
  "g++",
  "node",
  "git",
];

/** A folder of files that programs look for by name; each records in `<folder>/ran` that it was run. */
function hostileFolder(): string {
  const hostile = folder.path("unpacked");
  const ran = JSON.stringify(folder.path("ran"));
  const python = (name: string) => `open(${ran}, "a").write("${name}\\n")\n`;
  const script = (name: string) => `require("node:fs").appendFileSync(${ran}, "${name}\\n");\n`;
  writeFiles(hostile, {
    ...Object.fromEntries(MODULES.map((name) => [`${name}.py`, python(`${name}.py`)])),
    "pip/__init__.py": python("pip/__init__.py"),
    "pip/__main__.py": python("pip/__main__.py"),
    "torch/__init__.py": python("torch/__init__.py"),
    "lib/python3/site-packages/evil.pth": `import os; ${python("evil.pth")}`,
    ...Object.fromEntries(
      ["index.js", "optimbench.config.js", "node_modules/cmake-js/bin/cmake-js"].map((name) => [
        name,
        script(name),
      ]),
    ),
  });
  for (const name of PROGRAMS) writeProgram(join(hostile, name), `echo ${name} >> ${ran}`);
  return hostile;
}

const ran = () => {
  try {
    return [...new Set(readFileSync(folder.path("ran"), "utf8").trim().split("\n"))];
  } catch {
    return [];
  }
};

const hostileEnvironment = () => ({
  ...process.env,
  PATH: `:.:${realPath}`,
  PYTHONPATH: ":.",
  PYTHONUSERBASE: ".",
  NODE_PATH: ".",
  LD_LIBRARY_PATH: ":.",
  PIP_NO_INDEX: "1",
  PIP_FIND_LINKS: "",
});

test.each([["doctor"], ["setup", "--cpu"]])(
  "%s runs and imports nothing of the working directory",
  (...line) => {
    const cwd = hostileFolder();
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [join(packageRoot, "dist", "cli", "main.js"), ...line],
      {
        cwd,
        env: hostileEnvironment(),
        encoding: "utf8",
      },
    );
    // The cache is empty and pip has no index, so both commands ran completely: they found Python, and setup ran pip.
    expect(stdout + stderr).toMatch(
      line[0] === "setup" ? /pip could not download torch/ : /libtorch was not found/,
    );
    expect(ran()).toEqual([]);
  },
);

test("careless programs would run files of this folder", () => {
  const cwd = hostileFolder();
  spawnSync("python3", ["-c", "import pip"], { cwd, env: { ...process.env, PATH: realPath } });
  expect(ran()).toContain("pip/__init__.py");
});

test("Python's own packages, PYTHONPATH's absolute folders and the user's site-packages stay on its path", async () => {
  vi.stubEnv("PATH", realPath);
  const { pythonArguments } = await import("../../src/install/python.js");
  const path = (code: string, args: string[]) =>
    JSON.parse(
      execFileSync("python3", args.length > 0 ? args : ["-c", code], { encoding: "utf8" }),
    ) as string[];
  mkdirSync(folder.path("packages"));
  vi.stubEnv("PYTHONPATH", folder.path("packages"));
  const print = "import json, sys\nprint(json.dumps([each for each in sys.path if each]))";
  expect(path(print, pythonArguments(print)).sort()).toEqual(path(print, []).sort());
});

test("every program is started by run-program.ts", () => {
  const sources = readdirSync(join(packageRoot, "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(packageRoot, "src", name));
  const starting = sources.filter((path) => readFileSync(path, "utf8").includes("node:child_process"));
  expect(starting.map((path) => relative(join(packageRoot, "src"), path)).sort()).toEqual([
    "cli/diagnosis/probe-native.ts", // this Node, by its absolute path
    "system/run-program.ts",
  ]);
});

test("a file that is not executable, and a folder, are skipped", async () => {
  const { findProgram } = await import("../../src/system/run-program.js");
  writeFiles(folder.path("first"), { tool: "" });
  mkdirSync(folder.path("second", "tool"), { recursive: true });
  chmodSync(folder.path("second", "tool"), 0o755);
  writeProgram(folder.path("third", "tool"), "exit 0");
  vi.stubEnv("PATH", ["", ".", ...["first", "second", "third"].map((each) => folder.path(each))].join(":"));
  expect(findProgram("tool")).toBe(folder.path("third", "tool"));
  expect(findProgram("no-such-tool")).toBeUndefined();
});
