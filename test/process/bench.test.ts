import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { BenchRecord } from "../../src/bench/bench-record.js";
import { packageRoot } from "../../src/system/package-root.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "optimbench-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const MAIN = join(packageRoot, "dist", "cli", "main.js");
const BRIEF = ["--model", "mnist-99", "--rounds", "1", "--seconds", "0.01", "--batch-sizes", "16"];
const start = (...line: string[]) => spawn(process.execPath, [MAIN, "bench", ...line], { cwd: folder });

async function ended(child: ChildProcess) {
  const code = new Promise((resolve) => child.on("close", (status, signal) => resolve(signal ?? status)));
  const [stdout, stderr] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
  return { code: await code, stdout, stderr };
}
const readRecord = (): BenchRecord => JSON.parse(readFileSync(join(folder, "out", "record.json"), "utf8"));

it("prints a table and progress, and writes a record and a chart", async () => {
  const { code, stdout, stderr } = await ended(
    start(
      ...[...BRIEF, "--optimizers", "adam,sgd:momentum=0.9", "--threads", "1,2", "--profile"],
      ...["--out", join("out", "record.json"), "--chart", join("out", "chart.svg")],
    ),
  );
  expect(code).toBe(0);
  expect(stdout).toMatch(/^mnist-99, 59,482 parameters, sparseCategoricalCrossentropy, on cpu\n.*libtorch/);
  expect(stdout).toMatch(/│ step +│ sgd \(momentum 0\.9\) +│ batch 16 +│ +2 │/);
  expect(stdout).toContain("step, adam, batch 16, 1 thread\n");
  const second = process.env.OPTIMBENCH_KERNELS === "reference" ? "" : ", maxPool2d_0, conv2d_1\\.activation";
  expect(stdout).toMatch(new RegExp(`│ conv2d_1${second} +│ +\\d+\\.\\d{3} │ +\\d+\\.\\d{3} │`));
  expect(stdout).toMatch(/\n\nRecord: out\/record\.json\nChart: out\/chart\.svg\n$/);
  const lines = stderr.trim().split("\n");
  expect(lines[0]).toBe("1/14 step, adam, batch 16, 1 thread");
  expect(lines[13]).toBe("14/14 evaluation, 1,000 images, 2 threads");
  expect(lines).toHaveLength(14);
  const record = readRecord();
  expect(record).toMatchObject({ kind: "bench", status: "completed", settings: { threads: [1, 2] } });
  expect(record.results).toHaveLength(14);
  expect(record.profiles).toHaveLength(2);
  expect(readFileSync(join(folder, "out", "chart.svg"), "utf8")).toContain("sgd (momentum 0.9)");
});

it("prints only its results with --quiet", async () => {
  const { code, stderr, stdout } = await ended(start(...BRIEF, "--measure", "update", "--quiet"));
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("adagrad");
});

it("rejects invalid options before it measures or writes anything", async () => {
  const out = ["--out", join("out", "record.json")];
  expect(await ended(start("--batch-sizes", "32,x", "--threads", "0", ...out))).toEqual({
    code: 2,
    stdout: "",
    stderr:
      'error: Expected a number for `batchSizes[1]` of `--batch-sizes`, got "x" (string).\n' +
      "Expected a whole number of at least 1 and at most 1024 for `threads[0]` of `--threads`, got 0 (number).\n",
  });
  expect(await ended(start("--optimizers", "admm", ...out))).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Did you mean "adam"?'),
  });
  expect(await ended(start(...BRIEF, "--chart", "chart.gif", ...out))).toEqual({
    code: 2,
    stdout: "",
    stderr: 'error: Expected a file name ending in .png or .svg for --chart, got "chart.gif".\n',
  });
  expect(await ended(start(...BRIEF, "--out", "/proc/nope/record.json"))).toEqual({
    code: 2,
    stdout: "",
    stderr: expect.stringMatching(/^error: Cannot write \/proc\/nope.* Choose another file with --out\.\n$/),
  });
  expect(existsSync(join(folder, "out"))).toBe(false);
});

it("keeps and reports its measurements on Ctrl-C", async () => {
  const child = start(
    ...["--model", "mnist-99", "--measure", "update,step", "--optimizers", "adam", "--batch-sizes", "16"],
    ...["--rounds", "1000", "--seconds", "100", "--out", join("out", "record.json")],
  );
  child.stderr!.on("data", (line) => {
    if (/^3\//m.test(String(line))) child.kill("SIGINT");
  });
  const { code, stdout, stderr } = await ended(child);
  expect([code, stderr]).toEqual([130, expect.stringContaining("Stopping")]);
  expect(stdout).toContain("Stopped early");
  expect(readRecord()).toMatchObject({
    status: "cancelled",
    results: [{ measure: "update" }, { measure: "step" }],
  });
});
