import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Answer } from "../../../src/cli/output/answer.js";
import { runStudy } from "../../../src/cli/output/run-study.js";
import { showProgress } from "../../../src/cli/progress/show-progress.js";
import { OptimbenchError } from "../../../src/errors.js";
import { writeReport } from "../../../src/report/folder/write-report.js";
import type { Study } from "../../../src/study/study.js";
import { writeFileAtomically } from "../../../src/system/write-file.js";
import type { RunRecord } from "../../../src/training/run-record.js";
import { type Run, trainPlan } from "../../../src/training/train.js";
import { exampleStudy } from "../../report/example-studies.js";
import { bands, smallModel } from "../../small-task.js";

vi.mock(import("../../../src/training/train.js"), () => ({ trainPlan: vi.fn() }));
vi.mock(import("../../../src/report/folder/write-report.js"), () => ({ writeReport: vi.fn() }));
const { writeReport: reallyWriteReport } = await vi.importActual<
  typeof import("../../../src/report/folder/write-report.js")
>("../../../src/report/folder/write-report.js");

const study = exampleStudy([
  { optimizer: "adam", epochs: 1 },
  { optimizer: "sgd", epochs: 1 },
]);
const model = { save: (path: string) => writeFileAtomically(path, "weights"), dispose() {} };

const dataset = await bands();
let folder: string;
let printed: { stdout: string; stderr: string };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "optimbench-"));
  vi.stubEnv("TMPDIR", join(folder, "tmp"));
  mkdirSync(join(folder, "tmp"));
  printed = { stdout: "", stderr: "" };
  vi.mocked(writeReport).mockReset().mockResolvedValue([]);
  for (const name of ["stdout", "stderr"] as const)
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      printed[name] += text;
      return true;
    });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

let examples: readonly RunRecord[];

/** Replaces each training by an example of its result, and calls `before` before each. */
function comparing(study: Study, before: (number: number) => void = () => {}) {
  examples = study.runs;
  let number = 0;
  vi.mocked(trainPlan).mockImplementation(async ({ config }) => {
    before(++number);
    const example = examples.find((each) => each.config.optimizer.name === config.optimizer.name)!;
    const record = { ...example, config };
    return { ...record, record, model } as unknown as Run;
  });
}

const out = () => join(folder, "out");
const run = (output: { overwrite?: boolean; save?: string } = {}) =>
  runStudy(
    { dataset, model: smallModel, optimizers: examples.map(({ config }) => config.optimizer.name as "adam") },
    {
      folder: out(),
      answer: new Answer({}),
      progress: showProgress({ quiet: true }),
      ...output,
    },
  );
const kept = (...path: string[]) => JSON.parse(readFileSync(join(...path), "utf8"));

it("continues while study.json cannot be written, and prints one notice", async () => {
  const four = exampleStudy(
    ["adam", "sgd", "rmsprop", "adagrad"].map((optimizer) => ({ optimizer, epochs: 1 })),
  );
  comparing(four, (number) => {
    if (number === 1) mkdirSync(join(out(), "study.json"));
    if (number === 4) rmSync(join(out(), "study.json"), { recursive: true });
  });
  await run();
  expect(printed.stderr).toMatch(
    /^One seed .*\nCannot write .*study\.json: .* The study continues, and the file is written again after/,
  );
  expect(printed.stderr.match(/The study continues/g)).toHaveLength(1);
  expect(printed.stdout).toContain(`Report: ${join(out(), "index.html")}`);
  expect(kept(out(), "study.json").runs).toHaveLength(4);
});

it("prints the results and saves them elsewhere if nothing can be written", async () => {
  // Files with these names cannot take the place of folders.
  const names = ["study.json", "table.md", "model.safetensors"];
  vi.mocked(writeReport).mockImplementation(reallyWriteReport);
  comparing(study, () => {
    for (const name of names) mkdirSync(join(out(), name, "in the way"), { recursive: true });
  });
  const save = join(out(), "model.safetensors");
  const error = await run({ save }).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(OptimbenchError);
  const elsewhere = [...error.message.matchAll(/The result was saved to (.*)\.$/gm)].map(
    ([, path]) => path as string,
  );
  expect(elsewhere.map((path) => path.split("/").at(-1))).toEqual([
    "model.safetensors",
    "model.safetensors",
    "study.json",
  ]);
  expect(elsewhere.every((path) => path.startsWith(join(folder, "tmp")))).toBe(true);
  expect(readFileSync(elsewhere[0]!, "utf8")).toBe("weights");
  expect(kept(elsewhere[2]!).runs).toHaveLength(2);
  expect(printed.stderr.match(/The study continues/g)).toHaveLength(1); // not after the last run
  expect(printed.stdout).toContain("validation accuracy");
  expect(printed.stdout).not.toMatch(/Report:|Model:/);
});

it("does not announce that a cancelled study continues", async () => {
  comparing(study, (number) => {
    if (number > 1) return;
    mkdirSync(join(out(), "study.json", "in the way"), { recursive: true });
    process.emit("SIGINT", "SIGINT");
  });
  const before = process.exitCode;
  await expect(run()).rejects.toThrow(/The result was saved to .*study\.json\.$/m);
  process.exitCode = before;
  expect(printed.stderr).not.toContain("The study continues");
});

it("presents the runs that finished before one failed", async () => {
  comparing(study, (number) => {
    if (number === 2) throw new OptimbenchError("NATIVE", "Native code failed: no more memory");
  });
  await expect(run()).rejects.toThrow("no more memory");
  expect(kept(out(), "study.json").runs).toHaveLength(1);
  expect(vi.mocked(writeReport).mock.calls.map(([{ runs }]) => runs.length)).toEqual([1]);
  expect(printed.stdout).toContain("sgd");
});

it("prints where the report and the model are", async () => {
  const save = join(folder, "model.safetensors");
  comparing({ ...study, runs: [study.runs[0]!] });
  await run({ save });
  expect(readFileSync(save, "utf8")).toBe("weights");
  expect(printed.stdout).toMatch(new RegExp(`\nReport: ${join(out(), "index.html")}\nModel: ${save}\n$`));
});

it("checks all output files before the work", async () => {
  comparing(study);
  await expect(run({ save: "/proc/nope/model" })).rejects.toThrow(/^Cannot write \/proc.* with --save\.$/);
  vi.mocked(trainPlan).mockClear();
  const save = join(folder, "model.safetensors");
  writeFileSync(save, "mine");
  await expect(run({ save })).rejects.toThrow(/already exists.* --save, .* --overwrite\.$/);
  expect(existsSync(out())).toBe(false);
  mkdirSync(out());
  writeFileSync(join(out(), "study.json"), "mine");
  await expect(run()).rejects.toThrow(/contains a study\.json without cells\.jsonl.*--overwrite\.$/);
  expect(trainPlan).not.toHaveBeenCalled();
  expect(readFileSync(join(out(), "study.json"), "utf8")).toBe("mine");
  expect(readFileSync(save, "utf8")).toBe("mine");
  await run({ save, overwrite: true });
  expect(readFileSync(save, "utf8")).toBe("weights");
});

it("replaces an earlier study and its report only once there are results", async () => {
  vi.mocked(writeReport).mockImplementation(reallyWriteReport);
  await reallyWriteReport(exampleStudy([{ optimizer: "old", epochs: 1 }]), out());
  writeFileSync(join(out(), "study.json"), "old");
  writeFileSync(join(out(), "notes.txt"), "mine");
  const before = readdirSync(out());
  const seen: string[][] = [];
  comparing(study, () => seen.push(readdirSync(out()).filter((name) => name !== "claims")));
  await run({ overwrite: true });
  expect(seen).toEqual([before, ["cells.jsonl", "notes.txt", "study.json"]]); // no old page beside the new study
  const figures = readdirSync(join(out(), "figures"));
  expect(figures.filter((name) => name.includes("old"))).toEqual([]);
  expect(figures.filter((name) => name.includes("adam")).length).toBeGreaterThan(0);
  expect(readFileSync(join(out(), "notes.txt"), "utf8")).toBe("mine");
  expect(kept(out(), "study.json").runs).toHaveLength(2);
});

it("does not replace a study with one that was cancelled before its first epoch", async () => {
  mkdirSync(out());
  writeFileSync(join(out(), "study.json"), "old");
  const [first] = study.runs;
  comparing({ ...study, runs: [{ ...first!, status: "cancelled", history: [] }] });
  await run({ overwrite: true });
  expect(readFileSync(join(out(), "study.json"), "utf8")).toBe("old");
  expect(readdirSync(out())).toEqual(["study.json"]);
});

it("finishes the report in spite of a signal, and removes its handlers afterwards", async () => {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const listeners = () => signals.map((name) => process.listenerCount(name));
  const before = listeners();
  let during: number[] = [];
  vi.mocked(writeReport).mockImplementationOnce(async () => {
    during = listeners();
    return [];
  });
  comparing(study);
  await run();
  expect(during).toEqual(before.map((count) => count + 1));
  expect(listeners()).toEqual(before);
});
