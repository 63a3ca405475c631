import { describe, expect, test, vi } from "vitest";
import {
  requireBuildTools,
  requireCompiler,
  requireNode,
  requirePython,
} from "../../src/install/toolchain.js";
import { useTestFolder, writeProgram } from "./test-folder.js";

const folder = useTestFolder();
const program = (name: string, body: string) => writeProgram(folder.path("bin", name), body);
const context = { log: () => {}, quiet: true, force: false };

describe("Node", () => {
  test.each(["20.19.0", "20.20.2", "22.12.0", "24.0.0", "26.1.0"])("%s is supported", (version) =>
    requireNode(version),
  );
  test.each(["18.20.0", "20.18.3", "21.7.0", "22.11.0"])("%s is too old", (version) => {
    expect(() => requireNode(version)).toThrow(
      `Node.js ${version} is too old: 20.19, or 22.12 or later, is needed.`,
    );
  });
});

describe("Python", () => {
  test("is required, with instructions to install it or do without it", () => {
    expect(() => requirePython("fetch libtorch")).toThrow(
      /^To fetch libtorch, Python 3 with pip \(21 or later\) is needed; no Python 3 was found\.\n.*apt-get install python3 python3-pip.*\nWithout Python: .*libtorch.*OPTIMBENCH_LIBTORCH=\/path\/to\/libtorch/,
    );
  });
  test("without pip, or with an old pip, is reported as such", () => {
    program("python3", "echo 3.9.2");
    expect(() => requirePython("x")).toThrow("Python 3.9.2 was found, but without pip.");
    program("python3", "echo 3.6.8 9.0.3");
    expect(() => requirePython("x")).toThrow("Python 3.6.8 was found, but its pip 9.0.3 is too old.");
  });
  test("may be called python, but not be Python 2", () => {
    program("python", "echo 2.7.18 20.3.4");
    expect(() => requirePython("x")).toThrow("no Python 3 was found");
    program("python", "echo 3.12.1 24.0");
    expect(requirePython("x")).toBe("python");
  });
});

describe("the compiler", () => {
  test("is required, with instructions to install it", () => {
    expect(() => requireCompiler()).toThrow(
      /^No C\+\+20 compiler was found \(g\+\+ 10 or later.*\n.*apt-get install g\+\+/,
    );
  });
  test("must compile C++20", () => {
    program("c++", "exit 1"); // As one that does not know -std=c++20.
    expect(() => requireCompiler()).toThrow("No C++20 compiler");
    program("clang++", "exit 0");
    expect(requireCompiler()).toBe("clang++");
  });
  test("is CXX if set, and no other", () => {
    program("c++", "exit 0");
    vi.stubEnv("CXX", "/no/such/g++");
    expect(() => requireCompiler()).toThrow(
      'CXX is "/no/such/g++", which does not run or does not compile C++20.',
    );
    program("g++-13", "exit 0");
    vi.stubEnv("CXX", "g++-13");
    expect(requireCompiler()).toBe("g++-13");
  });
});

describe("cmake and ninja", () => {
  test("are those of this machine if they are recent enough", async () => {
    program("cmake", "echo cmake version 3.25.1");
    program("ninja", "echo 1.11");
    expect(await requireBuildTools(context)).toEqual({ cmake: "cmake", ninja: "ninja" });
  });
  test("are those of the cache if the machine's are too old or missing", async () => {
    program("cmake", "echo cmake version 3.17.4");
    const kept = folder.path("cache", "tools", `${process.platform}-${process.arch}`);
    writeProgram(`${kept}/cmake/cmake/data/bin/cmake`, "echo cmake version 4.1.0");
    writeProgram(`${kept}/ninja/bin/ninja`, "echo 1.13");
    const tools = { cmake: `${kept}/cmake/cmake/data/bin/cmake`, ninja: `${kept}/ninja/bin/ninja` };
    expect(await requireBuildTools(context)).toEqual(tools);
  });
  test("need Python to be installed", async () => {
    await expect(requireBuildTools(context)).rejects.toThrow(
      "To install cmake, which this machine lacks, Python 3 with pip",
    );
  });
});
