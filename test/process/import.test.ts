import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import * as library from "../../src/index.js";
import { packageRoot } from "../../src/system/package-root.js";
import { loadedModules } from "./loaded-modules.js";

function run(program: string, ...options: string[]): string[] {
  const args = [...options, "--input-type=module", "-e", program];
  return execFileSync(process.execPath, args, { cwd: packageRoot, encoding: "utf8" }).trim().split("\n");
}

it("loads only the entry modules with the package", () => {
  const program = 'await import("optimbench");';
  expect(loadedModules("--input-type=module", "-e", program)).toEqual([
    "index.js",
    "training/training.js",
    "validation/plain-data.js",
    "errors.js",
    "studies.js",
    "validation/count-text.js",
    "validation/describe.js",
    "validation/path-text.js",
  ]);
});

it("every exported function loads its module", () => {
  const [said] = run(`
    import * as door from "optimbench";
    const outcomes = {};
    for (const [name, call] of Object.entries(door)) {
      if (name === "OptimbenchError") continue;
      try {
        const result = await call({ name: "no such name", optimizers: 7 }, 7);
        await result.ready?.(); // an executor, whose options are read when it is used
        outcomes[name] = "done";
      } catch (error) {
        outcomes[name] = error instanceof door.OptimbenchError ? "rejected" : error.message;
      }
    }
    console.log(JSON.stringify(outcomes));`);
  const { OptimbenchError: _, ...functions } = library;
  expect(JSON.parse(said!)).toEqual(
    Object.fromEntries(Object.keys(functions).map((name) => [name, "rejected"])),
  );
});

it("can be loaded by `require`", () => {
  const program = `
    const { explain, OptimbenchError } = require("optimbench");
    explain("no such").catch((error) => console.log(error instanceof OptimbenchError, error.code));`;
  const args = ["--input-type=commonjs", "-e", program];
  expect(execFileSync(process.execPath, args, { cwd: packageRoot, encoding: "utf8" })).toBe("true CONFIG\n");
});

// `npm run test:consumers` tests the tools themselves.
it("contains nothing that bundlers and test runners cannot follow", () => {
  const sources = readdirSync(join(packageRoot, "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => ({ name, text: readFileSync(join(packageRoot, "src", name), "utf8") }));
  const using = (pattern: RegExp) => sources.filter(({ text }) => pattern.test(text)).map(({ name }) => name);
  // A `require` relative to the file finds nothing in a bundle; package-root.ts has one relative to the package.
  expect(using(/import nodeModule from|createRequire\(import\.meta/)).toEqual(["system/package-root.ts"]);
  expect(using(/import\((?!["`)])/)).toEqual([]); // a computed name
  expect(using(/^(const .* = )?await /m).filter((name) => !name.startsWith("cli/"))).toEqual([]); // at top level
  expect(using(/import\.meta/)).toEqual(["system/package-root.ts"]);
});

it("copies configs at the call, so later changes have no effect", async () => {
  const images = Uint8Array.from({ length: 20 * 16 }, (_, i) => (i * 37) % 256);
  const dataset = { images, labels: images.map((_, i) => i % 2).slice(0, 20), height: 4, width: 4 };
  const shared = { dataset, model: "mlp" as const, epochs: 0, untimedSteps: false };
  const config = { ...shared, seed: 0 };
  const trained = [1, 2].map((seed) => {
    config.seed = seed;
    return library.train(config);
  });
  const studyConfig = { ...shared, optimizers: ["sgd"] as const, seeds: [0] };
  const studies = [3, 4].map((seed) => {
    studyConfig.seeds[0] = seed;
    return library.compare(studyConfig);
  });
  config.seed = studyConfig.seeds[0] = 5;
  expect((await Promise.all(trained)).map((run) => run.config.seed)).toEqual([1, 2]);
  expect((await Promise.all(studies)).map((study) => study.runs[0]!.config.seed)).toEqual([3, 4]);
});
