import { appendFileSync, existsSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import { buildNative, findBuildProgram } from "../../src/install/build-native.js";
import type { Libtorch } from "../../src/install/find-libtorch.js";
import { libraryFileName } from "../../src/install/library-file.js";
import { writeFiles } from "./fake-libtorch.js";
import { useTestFolder, writeProgram } from "./test-folder.js";

const folder = useTestFolder();
const context = { log: () => {}, quiet: true, force: false };
const libtorch: Libtorch = { root: "/a/libtorch", rule: "cache", version: "2.15.0" };

const BINARIES = [
  "optimbench.node",
  ...["core", "cuda"].map((part) => libraryFileName(`optimbench_${part}`)),
];

// A stub of cmake-js: records its command and, like ninja, creates missing files.
const PROGRAM = `
  const { appendFileSync, existsSync, mkdirSync, writeFileSync } = require("node:fs");
  appendFileSync("commands", process.argv[2] + " " + process.argv.find((each) => each.startsWith("--CD")) + "\\n");
  mkdirSync("build/Release", { recursive: true });
  if (process.argv[2] === "build") {
    for (const name of ${JSON.stringify(BINARIES)})
      if (!existsSync("build/Release/" + name)) writeFileSync("build/Release/" + name, "binary");
  }
`;
const build = (chosen = libtorch, force = false) =>
  buildNative(folder.path(), folder.path("program.cjs"), chosen, { ...context, force });
const commands = () => readFileSync(folder.path("commands"), "utf8").trim().split("\n");

beforeEach(() => {
  writeFiles(folder.path(), {
    "package.json": "{}",
    "CMakeLists.txt": "project(x)",
    "native/core/a.cc": "int a;",
    "native/bind/b.cc": "int b;",
    "program.cjs": PROGRAM,
  });
  for (const name of ["c++", "clang++", "cmake", "ninja"])
    writeProgram(folder.path("bin", name), "echo version 3.25.1");
});

describe("buildNative", () => {
  test("configures for the given libtorch, builds, and does nothing the second time", async () => {
    expect(await build()).toBe(true);
    expect(commands()).toEqual(["configure", "build"].map((each) => `${each} --CDLIBTORCH_ROOT=/a/libtorch`));
    expect(await build()).toBe(false);
    expect(commands()).toHaveLength(2);
  });

  test.each<[string, () => unknown, Libtorch?]>([
    ["a source changed", () => appendFileSync(folder.path("native/core/a.cc"), " ")],
    ["a source came", () => writeFiles(folder.path("native"), { "core/new/c.h": "" })],
    ["a source went", () => rmSync(folder.path("native/bind/b.cc"))],
    ["CMakeLists.txt changed", () => appendFileSync(folder.path("CMakeLists.txt"), "#")],
    ["libtorch moved", () => {}, { ...libtorch, root: "/b/libtorch" }],
    ["libtorch became another version", () => {}, { ...libtorch, version: "2.15.1" }],
    ["a binary is cut short", () => truncateSync(folder.path("build/Release/optimbench.node"), 1)],
    ["another binary is cut short", () => truncateSync(folder.path("build/Release", BINARIES.at(-1)!), 1)],
    ["a binary is gone", () => rmSync(folder.path("build/Release/optimbench.node"))],
  ])("rebuilds when %s", async (_, change, chosen = libtorch) => {
    await build();
    change();
    expect(await build(chosen)).toBe(true);
    expect(await build(chosen)).toBe(false);
    expect(commands()).toHaveLength(4);
    for (const name of BINARIES)
      expect(readFileSync(folder.path("build/Release", name), "utf8")).toBe("binary");
  });

  test("rebuilds everything when forced", async () => {
    await build();
    writeFiles(folder.path("build"), { "old.o": "", "Release/optimbench.node": "damage" });
    expect(await build(libtorch, true)).toBe(true);
    expect(existsSync(folder.path("build/old.o"))).toBe(false);
    expect(readFileSync(folder.path("build/Release/optimbench.node"), "utf8")).toBe("binary");
  });

  test("reuses a folder that it configured, and empties one that was configured elsewhere", async () => {
    const cache = (home: string) =>
      writeFiles(folder.path("build"), {
        "CMakeCache.txt": `CMAKE_HOME_DIRECTORY:INTERNAL=${home}\nCMAKE_GENERATOR:INTERNAL=Ninja\n`,
        "old.o": "",
      });
    cache(folder.path());
    await build();
    expect(existsSync(folder.path("build/old.o"))).toBe(true);
    cache("/elsewhere");
    appendFileSync(folder.path("native/core/a.cc"), " ");
    await build();
    expect(existsSync(folder.path("build/old.o"))).toBe(false);
  });

  test("shows the compiler's output, and does not record a build", async () => {
    await build();
    const failing =
      'console.log("[1/2] Building a.cc.o\\nFAILED: a.cc.o\\na.cc:1:1: error: no such type"); process.exit(1)';
    writeFiles(folder.path(), { "program.cjs": failing, "native/core/a.cc": "intt a;" });
    await expect(build()).rejects.toThrow(
      `Compiling the native code failed:\n  FAILED: a.cc.o\n  a.cc:1:1: error: no such type\nFull output: ${folder.path("build/build.log")}`,
    );
    writeFiles(folder.path(), { "program.cjs": PROGRAM, "native/core/a.cc": "int a;" });
    expect(await build()).toBe(true); // the sources are those of the last success, but the binaries may not be
  });

  test("requires a compiler only if there is something to compile", async () => {
    await build();
    rmSync(folder.path("bin"), { recursive: true });
    expect(await build()).toBe(false);
    appendFileSync(folder.path("native/core/a.cc"), " ");
    await expect(build()).rejects.toThrow("No C++20 compiler was found");
  });
});

test("a build program is found only if there is something to build", () => {
  expect(findBuildProgram(folder.path())).toBeUndefined(); // no cmake-js beside it
  writeFiles(folder.path("node_modules/cmake-js"), { "package.json": "{}", "bin/cmake-js": "" });
  expect(findBuildProgram(folder.path())).toBe(folder.path("node_modules/cmake-js/bin/cmake-js"));
  rmSync(folder.path("native"), { recursive: true });
  expect(findBuildProgram(folder.path())).toBeUndefined();
});
