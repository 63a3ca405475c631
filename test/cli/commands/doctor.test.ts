import { createHash } from "node:crypto";
import { truncateSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Command } from "commander";
import { afterEach, describe, expect, test, vi } from "vitest";
import { addDoctorCommand, diagnosisText } from "../../../src/cli/commands/doctor.js";
import { cachedRoot, recordLibtorch } from "../../../src/install/find-libtorch.js";
import { libraryFileName } from "../../../src/install/library-file.js";
import { recordPath, recordText } from "../../../src/install/wheel-record.js";
import { fakeLibtorch } from "../../install/fake-libtorch.js";
import { useTestFolder } from "../../install/test-folder.js";

const folder = useTestFolder();
afterEach(() => {
  process.exitCode = undefined;
  vi.restoreAllMocks();
});

/** The output and the exit code of `optimbench doctor`. */
async function doctor(...args: string[]) {
  const print = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const program = new Command();
  addDoctorCommand(program);
  await program.parseAsync(["doctor", ...args], { from: "user" });
  return { text: print.mock.calls.flat().join("\n"), exitCode: process.exitCode };
}

describe("optimbench doctor", () => {
  test("without libtorch: reports it and the fix, and exits with 1", async () => {
    const { text, exitCode } = await doctor();
    expect(exitCode).toBe(1);
    expect(text).toMatch(/^libtorch +not found$/m);
    expect(text).toMatch(
      /^PROBLEM +libtorch was not found\. Run `npx optimbench setup`, or set OPTIMBENCH_LIBTORCH/m,
    );
    expect(text).toMatch(/^PROBLEM +To fetch libtorch, Python 3 with pip/m);
    expect(text).toMatch(/^training +cannot run$/m);
    expect(text).toMatch(/^CUDA +no: libtorch was not loaded$/m);
    expect(text).toMatch(/^threads +\d+, (no cgroup quota|cgroup quota [\d.]+ CPUs)$/m);
    expect(text).toMatch(/^kernels +unknown: libtorch was not loaded$/m);
    expect(text).toContain(folder.path("cache"));
  });

  test("with a cached libtorch whose bytes have changed: reports it, and advises a setup that compares hashes", async () => {
    const root = fakeLibtorch(cachedRoot("cpu"));
    const path = `torch/lib/${libraryFileName("c10")}`;
    const sha256 = createHash("sha256").update("another").digest("base64url");
    writeFileSync(recordPath(dirname(root)), recordText([{ path, sha256, size: 256 }]));
    const { text, exitCode } = await doctor();
    expect(exitCode).toBe(1);
    expect(text).toMatch(/^note .*c10.* differs from what was unpacked\.$/m);
    expect(text).toMatch(/^PROBLEM +libtorch was not found\. Run `npx optimbench setup --force`/m);
  });

  test("with a cached libtorch without a list of files: reports what was not checked, and how to fix it", async () => {
    fakeLibtorch(cachedRoot("cpu"));
    const { text } = await doctor();
    expect(text).toMatch(
      /^note .* without a list of its files, .*`npx optimbench setup --force` fetches it again, with a list\.$/m,
    );
  });

  test("with a truncated cached libtorch: reports it once", async () => {
    const root = fakeLibtorch(cachedRoot("cpu"));
    recordLibtorch({ root, rule: "cache", version: "2.15.0" });
    truncateSync(`${root}/lib/${libraryFileName("c10")}`, 200);
    const { text } = await doctor();
    expect(text.match(/is truncated/g)).toHaveLength(1);
  });

  test("with a libtorch that is too old: reports it in one line", async () => {
    vi.stubEnv("OPTIMBENCH_LIBTORCH", fakeLibtorch(folder.path("old"), "2.6.0"));
    const { text, exitCode } = await doctor("--json");
    const { canTrain, libtorch, problems } = JSON.parse(text).result;
    expect({ canTrain, libtorch, exitCode }).toEqual({ canTrain: false, libtorch: null, exitCode: 1 });
    expect(problems[0]).toMatch(/it is version 2\.6\.0; 2\.11 or later is needed/);
  });

  test("reports which kernels run", async () => {
    const found = JSON.parse((await doctor("--json")).text).result;
    const environment = { ...found.environment, kernels: "avx2" };
    expect(diagnosisText({ ...found, environment })).toMatch(/^kernels +avx2$/m);
  });

  test("reports whether CUDA, step graphs and kernels are available, and why not", async () => {
    const found = JSON.parse((await doctor("--json")).text).result;
    const rows = (changed: object) =>
      diagnosisText({ ...found, whyNoCuda: null, whyNoGraphs: null, whyNoKernels: null, ...changed })
        .split("\n")
        .filter((row) => /^(CUDA|step graphs|GPU kernels)/.test(row))
        .map((row) => row.replace(/ {2,}/, ": "));
    expect(rows({})).toEqual(["CUDA: yes", "step graphs: yes", "GPU kernels: compiled"]);
    expect(rows({ whyNoCuda: "no GPU" })).toEqual([
      "CUDA: no: no GPU",
      "step graphs: compiled; cannot be tried without a GPU",
      "GPU kernels: cannot be tried without a GPU",
    ]);
    expect(rows({ whyNoGraphs: "no library", whyNoKernels: "no NVRTC" })).toEqual([
      "CUDA: yes",
      "step graphs: no: no library",
      "GPU kernels: libtorch's operators instead: no NVRTC",
    ]);
  });
});
