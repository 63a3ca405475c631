import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../src/system/package-root.js";

/** Data flows down this list: a file imports from its folder or from one above. src/ contains nothing else. */
const STAGES = [
  "errors.ts",
  "system/",
  "validation/",
  "statistics/",
  "history/",
  "data/",
  "formula/",
  "safetensors/",
  "catalogue/",
  "models/",
  "onnx/",
  "losses/",
  "schedules/",
  "optimizers/",
  "config/",
  "install/",
  "native/",
  "inference/",
  "training/",
  "study/",
  "verdicts/",
  "tuning/",
  "queue/",
  "checks/",
  "bench/",
  "report/",
  "explain/",
  "cli/",
  "studies.ts",
  "index.ts",
];

const source = join(packageRoot, "src");
const files = (folder: string, ending: RegExp) =>
  readdirSync(join(packageRoot, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => ending.test(file))
    .map((file) => join(packageRoot, folder, file));
const read = (file: string) => readFileSync(file, "utf8");

const stageOf = (file: string) => STAGES.findIndex((stage) => relative(source, file).startsWith(stage));

const importsOf = (file: string) =>
  [...read(file).matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, path]) =>
    join(dirname(file), path!.replace(/\.js$/, ".ts")),
  );

/** The first cycle of imports that a walk along imports finds. */
function findCircle(sources: readonly string[]): string[] | undefined {
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const target of importsOf(file)) {
      const circle = walk(target, [...path, file]);
      if (circle) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of sources) {
    const circle = walk(file, []);
    if (circle) return circle.map((each) => relative(source, each));
  }
  return undefined;
}

describe("imports", () => {
  const sources = files("src", /\.ts$/);

  it("go in one direction, along the data", () => {
    expect(sources.length).toBeGreaterThan(80);
    const unknown = sources.filter((file) => stageOf(file) < 0);
    expect(unknown).toEqual([]);
    const back = sources.flatMap((file) =>
      importsOf(file)
        .filter((target) => stageOf(target) > stageOf(file))
        .map((target) => `${relative(source, file)} imports ${relative(source, target)}`),
    );
    expect(back).toEqual([]);
  });

  it("have no cycles", () => {
    expect(findCircle(sources)).toBeUndefined();
  });

  it("leave packages that cannot be bundled to src/system/unbundled.ts", () => {
    const importing = sources.filter((file) =>
      /(import|export) (?!type)[^;]*"(undici|yauzl)"/.test(read(file)),
    );
    expect(importing.map((file) => relative(source, file))).toEqual(["system/unbundled.ts"]);
  });

  it("open the addon in one place only", () => {
    const doors = sources.filter((file) => /requireFromPackage\(addon\)/.test(read(file)));
    expect(doors.map((file) => relative(source, file))).toEqual(["native/addon.ts"]);
  });
});

it("writes to the terminal in one place, which escapes control characters", () => {
  const direct = files("src", /\.ts$/).filter((file) =>
    /(stdout|stderr|stream)\.write\((?!.*escapeControls\()|console\./.test(
      read(file).replace(/^ *\*.*|"console.*/gm, ""),
    ),
  );
  expect(direct.map((file) => relative(source, file)).sort()).toEqual([
    "cli/diagnosis/native-info.ts", // read by another process, not by a terminal
    "cli/progress/download-progress.ts",
    "cli/progress/read-progress.ts",
    "system/write-file.ts", // writes the caller's data, possibly to the terminal's file
  ]);
});

it("uses nothing of open files that Yarn's Plug'n'Play lacks", () => {
  const missing = /\bawait using\b|\.(sync|datasync|utimes)\(\)/;
  expect(files("src", /\.ts$/).filter((file) => missing.test(read(file)))).toEqual([]);
});

/** Data flows down this list too: the folders of native/core/, in which every file includes only those above. */
const NATIVE_STAGES = ["runtime", "data", "formula", "kernels", "nn", "update", "training"];

describe("native code", () => {
  const includes = (folder: string) =>
    files(folder, /\.(cc|h)$/).flatMap((file) =>
      [...read(file).matchAll(/#include [<"]([^>"]+)[>"]/g)].map(([, path]) => path!),
    );

  it("includes files in one direction, along the data", () => {
    const stageOf = (path: string) => NATIVE_STAGES.findIndex((stage) => path.startsWith(`core/${stage}/`));
    const back = files("native/core", /\.(cc|h|inc)$/).flatMap((file) =>
      [...read(file).matchAll(/#include "([^"]+)"/g)]
        .filter(([, path]) => stageOf(path!) > stageOf(relative(join(packageRoot, "native"), file)))
        .filter(() => stageOf(relative(join(packageRoot, "native"), file)) >= 0)
        .map(([, path]) => `${relative(packageRoot, file)} includes ${path}`),
    );
    expect(back).toEqual([]);
  });

  it("keeps libtorch out of the binding and Node-API out of the core", () => {
    expect(includes("native/core")).toContain("core/torch.h");
    expect(includes("native/core").filter((path) => /napi|node_api/.test(path))).toEqual([]);
    expect(includes("native/bind")).toContain("napi.h");
    expect(includes("native/bind").filter((path) => /torch|ATen|c10/.test(path))).toEqual([]);
  });

  it("requires at most Node-API 9, which Node 20 has", () => {
    expect(read(join(packageRoot, "CMakeLists.txt"))).toContain("NAPI_VERSION=9");
  });
});

it("keeps files small, except generated ones", () => {
  const lengths = [
    ...files("src", /(?<!\.generated)\.ts$/),
    ...files("test", /\.ts$/),
    ...files("native", /\.(cc|h|inc)$/),
    ...files("scripts", /\.mjs$/),
    ...files("bench", /\.mjs$/),
  ].map((file) => ({
    file: relative(packageRoot, file),
    lines: read(file).split("\n").length,
  }));
  expect(lengths.filter(({ lines }) => lines > 300)).toEqual([]);
});
