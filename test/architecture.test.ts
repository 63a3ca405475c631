import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../src/package-root.js";

/** Data flows down this list; a file imports from its own stage or from one above. */
const STAGES: readonly (readonly string[])[] = [
  [
    "errors",
    "count-text",
    "decimal-text",
    "file-problem",
    "parse-json",
    "terminal",
    "random",
    "history",
    "profile",
    "package-root",
    "working-directory",
    "stopwatch",
    "make-folder",
    "control-group",
    "cpu-quota",
    "memory-limit",
  ],
  [
    "config/callbacks",
    "config/deep-freeze",
    "config/describe",
    "config/foreign-names",
    "config/micro-batch",
    "config/nearest",
    "config/number-range",
    "config/parse",
    "config/path-schema",
    "config/path-text",
    "config/plain-data",
    "config/schema-by-value",
    "config/semantics",
    "config/threads",
  ],
  ["libtorch/", "temporary-file", "write-file"],
  ["data/"],
  ["models/"],
  ["formula/"],
  ["losses/", "optimizers/", "schedules/", "early-stopping"],
  ["config/"],
  ["native", "native-errors"],
  [
    "session",
    "resident-dataset",
    "memory-estimate",
    "parameters-sha256",
    "augmented-images",
    "warm-up",
    "best-weights",
    "epochs",
    "safetensors",
    "trained-model",
    "training",
    "loss-breakdown",
    "check-loss-gradient",
  ],
  ["study", "study-file", "environment"],
  ["train"],
  ["side-by-side", "compare"],
  ["statistics"],
  ["bench/"],
  ["report/"],
  ["explain/"],
  ["cli/", "index"],
];

const source = join(packageRoot, "src");
const files = (folder: string, ending: RegExp) =>
  readdirSync(join(packageRoot, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => ending.test(file))
    .map((file) => join(packageRoot, folder, file));
const read = (file: string) => readFileSync(file, "utf8");

function stageOf(file: string): number {
  const name = relative(source, file).replace(/\.[jt]s$/, "");
  return STAGES.findIndex((entries) =>
    entries.some((entry) => (entry.endsWith("/") ? name.startsWith(entry) : name === entry)),
  );
}

const importsOf = (file: string) =>
  [...read(file).matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, path]) =>
    join(dirname(file), path!),
  );

describe("imports", () => {
  const sources = files("src", /\.ts$/);

  it("go one way, along the data", () => {
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

  it("open the addon in one place only", () => {
    const doors = sources.filter((file) => /requireFromPackage\(addon\)/.test(read(file)));
    expect(doors.map((file) => relative(source, file))).toEqual(["native.ts"]);
  });
});

it("writes to the terminal in one place, which writes out what a terminal would obey", () => {
  const direct = files("src", /\.ts$/).filter((file) =>
    /(stdout|stderr|stream)\.write\((?!.*shown\()|console\./.test(
      read(file).replace(/^ *\*.*|"console.*/gm, ""),
    ),
  );
  expect(direct.map((file) => relative(source, file)).sort()).toEqual([
    "cli/download-progress.ts",
    "cli/native-info.ts", // read by another process, not by a terminal
    "write-file.ts", // what the caller wants written, to a file that is the terminal's too
  ]);
});

describe("native code", () => {
  const includes = (folder: string) =>
    files(folder, /\.(cc|h)$/).flatMap((file) =>
      [...read(file).matchAll(/#include [<"]([^>"]+)[>"]/g)].map(([, path]) => path!),
    );

  it("keeps libtorch out of the binding and Node-API out of the core", () => {
    expect(includes("native/core")).toContain("torch.h");
    expect(includes("native/core").filter((path) => /napi|node_api/.test(path))).toEqual([]);
    expect(includes("native/bind")).toContain("napi.h");
    expect(includes("native/bind").filter((path) => /torch|ATen|c10/.test(path))).toEqual([]);
  });

  it("asks for Node-API 9 at most, which Node 20 has", () => {
    expect(read(join(packageRoot, "CMakeLists.txt"))).toContain("NAPI_VERSION=9");
  });
});

it("keeps files small", () => {
  const lengths = [...files("src", /\.ts$/), ...files("native", /\.(cc|h)$/)].map((file) => ({
    file: relative(packageRoot, file),
    lines: read(file).split("\n").length,
  }));
  expect(lengths.filter(({ lines }) => lines > 300)).toEqual([]);
});
