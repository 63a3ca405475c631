import { existsSync, rmSync } from "node:fs";
import { dirname, relative } from "node:path";
import { describe, expect, test, vi } from "vitest";
import {
  cachedRoot,
  findLibtorch,
  findLibtorchQuickly,
  givenLibtorch,
  recordLibtorch,
} from "../../src/install/find-libtorch.js";
import { fakeLibtorch } from "./fake-libtorch.js";
import { useTestFolder, writeProgram } from "./test-folder.js";

const folder = useTestFolder();

/** A python3 whose torch is in the given folder, and that records its calls. */
const fakePython = (torch: string) =>
  writeProgram(folder.path("bin", "python3"), `echo asked >> ${folder.path("asked")}\necho '${torch}'`);
const pythonWasAsked = () => existsSync(folder.path("asked"));

describe("findLibtorch", () => {
  test("finds nothing if there is nothing", () => expect(findLibtorch()).toBeUndefined());

  test("looks at OPTIMBENCH_LIBTORCH, then Python, then the cache", () => {
    const own = fakeLibtorch(folder.path("own"), "2.12.0");
    const python = fakeLibtorch(folder.path("site-packages", "torch"), "2.13.0");
    const cached = fakeLibtorch(cachedRoot("cpu"), "2.15.0");
    fakePython(python);
    vi.stubEnv("OPTIMBENCH_LIBTORCH", own);
    expect(findLibtorch()).toEqual({ root: own, rule: "OPTIMBENCH_LIBTORCH", version: "2.12.0" });
    expect(pythonWasAsked()).toBe(false);
    vi.stubEnv("OPTIMBENCH_LIBTORCH", "");
    expect(findLibtorch()).toEqual({ root: python, rule: "Python's torch", version: "2.13.0" });
    expect(pythonWasAsked()).toBe(true);
    rmSync(folder.path("bin", "python3"));
    expect(findLibtorch()).toEqual({ root: cached, rule: "cache", version: "2.15.0" });
  });

  test("rejects a wrong OPTIMBENCH_LIBTORCH instead of searching further", () => {
    fakeLibtorch(cachedRoot("cpu"));
    vi.stubEnv("OPTIMBENCH_LIBTORCH", "/no/such");
    expect(() => findLibtorch()).toThrow(
      "The libtorch at /no/such cannot be used: no such folder. " +
        "It is set by OPTIMBENCH_LIBTORCH. Set another folder, or unset the variable.",
    );
    expect(() => findLibtorchQuickly({})).toThrow("/no/such");
  });

  test("skips an unsuitable torch of Python, and reports it", () => {
    fakePython(fakeLibtorch(folder.path("old"), "2.8.0"));
    fakeLibtorch(cachedRoot("cpu"));
    const rejected: string[] = [];
    expect(findLibtorch({ onRejected: (reason) => rejected.push(reason) })?.rule).toBe("cache");
    expect(rejected).toEqual([expect.stringContaining("it is version 2.8.0; 2.11 or later is needed")]);
  });

  test("skips a torch that the native code was not compiled for", () => {
    fakePython(fakeLibtorch(folder.path("other"), "2.14.0"));
    fakeLibtorch(cachedRoot("cpu"), "2.15.0");
    expect(findLibtorch({ builtFor: "2.15.0" })?.rule).toBe("cache");
    expect(findLibtorch({})?.version).toBe("2.14.0");
  });

  test("tries the kinds in the cache in the requested order", () => {
    const [cpu, cuda] = [fakeLibtorch(cachedRoot("cpu")), fakeLibtorch(cachedRoot("cuda"))];
    expect(findLibtorch()?.root).toBe(cuda);
    expect(findLibtorch({ cached: ["cpu", "cuda"] })?.root).toBe(cpu);
    rmSync(dirname(cuda), { recursive: true });
    expect(findLibtorch({ cached: ["cuda"] })).toBeUndefined();
  });
});

describe("findLibtorchQuickly", () => {
  test("uses what setup recorded without running Python", () => {
    const chosen = {
      root: fakeLibtorch(folder.path("chosen")),
      rule: "Python's torch",
      version: "2.15.0+cpu",
    } as const;
    recordLibtorch(chosen);
    fakePython("");
    expect(findLibtorchQuickly({ builtFor: "2.15.0" })).toEqual(chosen);
    expect(pythonWasAsked()).toBe(false);
  });

  test("keeps one record per version, so that two checkouts can differ", () => {
    const old = {
      root: fakeLibtorch(folder.path("old"), "2.14.0"),
      rule: "Python's torch",
      version: "2.14.0",
    } as const;
    const pinned = {
      root: fakeLibtorch(cachedRoot("cpu"), "2.15.0"),
      rule: "cache",
      version: "2.15.0",
    } as const;
    recordLibtorch(old);
    recordLibtorch(pinned);
    expect(findLibtorchQuickly({ builtFor: "2.14.0" })).toEqual(old);
    expect(findLibtorchQuickly({ builtFor: "2.15.0" })).toEqual(pinned);
  });

  test("uses a libtorch that setup was given, until setup chooses another", () => {
    const root = fakeLibtorch(folder.path("given"));
    recordLibtorch(givenLibtorch(relative(process.cwd(), root), {}));
    fakeLibtorch(cachedRoot("cpu"));
    const given = { root, rule: "--libtorch", version: "2.15.0+cpu" };
    expect(findLibtorchQuickly({ builtFor: "2.15.0" })).toEqual(given);
    recordLibtorch(findLibtorch()!);
    expect(findLibtorchQuickly({ builtFor: "2.15.0" })?.rule).toBe("cache");
  });

  test("rejects a given libtorch that cannot be used, and suggests the folder inside", () => {
    fakeLibtorch(folder.path("site-packages", "torch"));
    expect(() => givenLibtorch(folder.path("site-packages"), {})).toThrow(
      /is missing\. Did you mean .*site-packages\/torch\? It is given by --libtorch/,
    );
    const old = fakeLibtorch(folder.path("old"), "2.14.0");
    expect(() => givenLibtorch(old, { builtFor: "2.15.0" })).toThrow(
      "it is version 2.14.0, but the native code was compiled for 2.15.0",
    );
  });

  test("searches again if the recorded one is gone", () => {
    recordLibtorch({ root: folder.path("gone"), rule: "Python's torch", version: "2.15.0" });
    fakeLibtorch(cachedRoot("cpu"));
    expect(findLibtorchQuickly({ builtFor: "2.15.0" })?.rule).toBe("cache");
  });

  test("OPTIMBENCH_LIBTORCH wins over the record and is never recorded", () => {
    recordLibtorch({ root: fakeLibtorch(folder.path("chosen")), rule: "cache", version: "2.15.0" });
    const root = fakeLibtorch(folder.path("own"));
    vi.stubEnv("OPTIMBENCH_LIBTORCH", root);
    const own = findLibtorchQuickly({});
    expect(own).toMatchObject({ root, rule: "OPTIMBENCH_LIBTORCH" });
    recordLibtorch(own!);
    vi.stubEnv("OPTIMBENCH_LIBTORCH", "");
    expect(findLibtorchQuickly({})?.root).toBe(folder.path("chosen"));
  });
});
