import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { addReportCommand } from "../../../src/cli/commands/report.js";
import { readStudy, writeStudy } from "../../../src/study/study-file.js";
import type { RunRecord } from "../../../src/training/run-record.js";
import { exampleStudy } from "../../report/example-studies.js";

const study = exampleStudy([
  { optimizer: "adam", epochs: 1 },
  { optimizer: "sgd", epochs: 1 },
]);
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "optimbench-cli-report-"));
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** The standard output of `optimbench report ...`. */
async function report(...line: string[]): Promise<string> {
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const program = new Command().exitOverride();
  addReportCommand(program);
  await program.parseAsync(["report", ...line], { from: "user" });
  return write.mock.calls.map(([text]) => text).join("");
}

test("regenerates the report beside the study, with the dataset's images", async () => {
  const path = join(folder, "study.json");
  await writeStudy(study, path);
  const before = await readFile(path, "utf8");
  const printed = await report(path);
  expect(printed).toContain("validation accuracy");
  expect(printed).toContain(`Report: ${join(folder, "index.html")}`);
  expect((await readdir(folder)).sort()).toEqual([
    "epochs.csv",
    "figures",
    "index.html",
    "runs.csv",
    "study.json",
    "table.md",
    "table.tex",
  ]);
  expect(await readdir(join(folder, "figures"))).toContain("sample-images.png");
  expect(await readFile(path, "utf8")).toBe(before);
});

test("accepts a folder in place of its study, and reports if it has none", async () => {
  await writeStudy(study, join(folder, "study.json"));
  expect(await report(folder)).toContain(`Report: ${join(folder, "index.html")}`);
  await expect(report(join(folder, "figures"))).rejects.toThrow(
    `${join(folder, "figures", "study.json")} is not a readable study: no such file or folder.`,
  );
});

test("copies the study to another output folder, so that the report can be regenerated there", async () => {
  const path = join(folder, "mine.json");
  await writeStudy(study, path);
  const out = join(folder, "out");
  await report(path, "--out", out);
  expect(await readStudy(join(out, "study.json"))).toEqual(study);
});

test("leaves a folder without a report unchanged", async () => {
  const path = join(folder, "mine.json");
  await writeStudy(study, path);
  await expect(report(path)).rejects.toThrow(/is not empty and has no study\.json/);
  expect(await readdir(folder)).toEqual(["mine.json"]);
});

test("omits only the sample images if the dataset is not on this machine", async () => {
  const elsewhere = structuredClone(study);
  for (const { config } of elsewhere.runs) Object.assign(config, { dataset: "/nowhere/digits" });
  const path = join(folder, "study.json");
  await writeStudy(elsewhere, path);
  const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  await report(path);
  expect(stderr.mock.calls.join("")).toMatch(/^Sample images omitted: .*\/nowhere\/digits/);
  expect(await readdir(folder)).toContain("index.html");
});

test("rejects a file that is not a study before anything is written", async () => {
  const path = join(folder, "study.json");
  await writeFile(path, "{}");
  await expect(report(path)).rejects.toThrow(`${path} is not a readable study`);
  expect(await readdir(folder)).toEqual(["study.json"]);
});

test("replaces another study and its report only with --overwrite", async () => {
  const path = join(folder, "study.json");
  await writeStudy(study, path);
  const out = join(folder, "out");
  const other = exampleStudy([{ optimizer: "lion", epochs: 1 }]);
  await writeStudy(other, join(out, "study.json"));
  await report(join(out, "study.json"));
  await expect(report(path, "--out", out)).rejects.toThrow(/already contains a study.*--overwrite/);
  expect(await readStudy(join(out, "study.json"))).toEqual(other);
  await report(path, "--out", out, "--overwrite");
  expect(await readStudy(join(out, "study.json"))).toEqual(study);
  expect((await readdir(join(out, "figures"))).filter((name) => name.includes("lion"))).toEqual([]);
});

test("judges by another margin, which the study beside the report then has", async () => {
  const path = join(folder, "study.json");
  const wide = { ...study, runs: [0, 1, 2].flatMap((seed) => study.runs.map((run) => ofSeed(run, seed))) };
  await writeStudy(wide, path);
  expect(await report(path)).not.toContain("equal within");
  expect(await report(path, "--margin", "0.9")).toContain("are equal within 90 points");
  expect((await readStudy(path)).config.margin).toBe(0.9);
  expect((await readStudy(path)).runs).toEqual(wide.runs);
  await expect(report(path, "--margin", "2")).rejects.toThrow("less than 1 for `--margin`, got 2");
  await expect(report(path, path, "--margin", "0.1")).rejects.toThrow("--margin needs one study.");
});

const ofSeed = (run: RunRecord, seed: number): RunRecord => ({ ...run, config: { ...run.config, seed } });

test("shows several studies side by side, and writes a page only where there is none", async () => {
  const paths = ["one", "two"].map((name) => join(folder, name));
  await writeStudy(study, join(paths[0]!, "study.json"));
  await writeStudy(exampleStudy([{ optimizer: "lion", epochs: 1 }]), join(paths[1]!, "study.json"));
  const out = join(folder, "both");
  expect(await report(...paths)).toContain("two: validation");
  expect(await readdir(folder)).toEqual(["one", "two"]);
  expect(await report(...paths, "--out", out)).toContain(`Report: ${join(out, "index.html")}`);
  expect(await readFile(join(out, "index.html"), "utf8")).toContain("lion");
  await expect(report(...paths, "--out", out)).rejects.toThrow(/--overwrite/);
  await report(...paths, "--out", out, "--overwrite");
  await expect(report(...paths, "--tensorboard")).rejects.toThrow("--tensorboard needs one study.");
});
