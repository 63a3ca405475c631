import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { addDiffCommand } from "../../../src/cli/commands/diff.js";
import type { Study } from "../../../src/study/study.js";
import { writeStudy } from "../../../src/study/study-file.js";
import { type ExampleRun, exampleStudy } from "../../report/example-studies.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "optimbench-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

const RUNS: readonly ExampleRun[] = [{ optimizer: "adam" }, { optimizer: "sgd" }];

/** The output and the exit code of `optimbench diff` on two studies. */
async function diff(a: Study, b: Study, ...options: string[]) {
  await writeStudy(a, join(folder, "a", "study.json"));
  await writeStudy(b, join(folder, "b.json"));
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const program = new Command().exitOverride();
  addDiffCommand(program);
  await program.parseAsync(["diff", join(folder, "a"), join(folder, "b.json"), ...options], {
    from: "user",
  });
  return { text: write.mock.calls.map(([text]) => text).join(""), code: process.exitCode };
}

it("says that two studies are equal, with exit code 0", async () => {
  expect(await diff(exampleStudy(RUNS), exampleStudy(RUNS))).toEqual({
    text: "Equal: question, environment, and the results of 2 runs.\n",
    code: undefined,
  });
});

it("prints short tables of what differs, with exit code 1", async () => {
  const a = exampleStudy(RUNS);
  const b = exampleStudy([RUNS[0]!, { optimizer: "rmsprop" }]);
  const [first, ...rest] = b.runs;
  const status = { ...first!, status: "diverged" as const };
  const other = { ...b, environment: { ...b.environment, node: "22.1.0" }, runs: [status, ...rest] };
  const { text, code } = await diff(a, other);
  expect(code).toBe(1);
  const rows = text.split("\n").map((line) =>
    line
      .split("│")
      .map((cell) => cell.trim())
      .slice(1, -1),
  );
  expect(rows).toContainEqual(["environment", "node", "20.20.2", "22.1.0"]);
  expect(rows).toContainEqual([
    "question",
    "optimizers",
    "sgd (learningRate 0.01)",
    "rmsprop (learningRate 0.001)",
  ]);
  expect(rows).toContainEqual(["adam, seed 0", expect.stringMatching(/^0\.\d{4}$/), "diverged", "status"]);
  expect(rows).toContainEqual(["sgd, seed 0", expect.stringMatching(/^0\.\d{4}$/), "–", "only in A"]);
  expect(text).toMatch(
    /\nOf 1 run in both studies, 1 differs in results; 1 run only in A; 1 run only in B\.\n$/,
  );
});

it("counts the runs that do not fit its table", async () => {
  const many = Array.from({ length: 25 }, (_, seed) => ({ optimizer: "adam", seed }));
  const { text } = await diff(exampleStudy(many), exampleStudy(many.map((run) => ({ ...run, epochs: 7 }))));
  expect(text.match(/│ adam, seed/g)).toHaveLength(20);
  expect(text).toContain("\n5 more runs differ; --json lists them.\n");
});

it("prints JSON with every difference", async () => {
  const b = exampleStudy([RUNS[0]!, { ...RUNS[1]!, reaches: 0.5 }]);
  const { text, code } = await diff(exampleStudy(RUNS), b, "--json");
  expect(code).toBe(1);
  expect(JSON.parse(text).result).toMatchObject({
    equal: false,
    question: [],
    environment: [],
    runs: [{ label: "sgd", seed: 0, a: 2, b: 2 }],
  });
});

it("rejects a file that is not there, which is not a difference", async () => {
  const program = new Command().exitOverride();
  addDiffCommand(program);
  await expect(
    program.parseAsync(["diff", join(folder, "no"), folder], { from: "user" }),
  ).rejects.toMatchObject({
    code: "FILE",
    message: expect.stringContaining(
      `${join(folder, "no")} is not a readable study: no such file or folder.`,
    ),
  });
});
