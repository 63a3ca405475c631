import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ResolvedCompareConfig } from "../../src/config/resolved-config.js";
import type { Study } from "../../src/study/study.js";
import { packageRoot } from "../../src/system/package-root.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "optimbench-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const MAIN = join(packageRoot, "dist", "cli", "main.js");
const SMALL = [
  "--dataset",
  "mnist-10k",
  "--train-size",
  "256",
  "--validation-size",
  "64",
  "--batch-size",
  "64",
];

const start = (...line: string[]) => spawn(process.execPath, [MAIN, ...line], { cwd: folder });

async function ended(child: ChildProcess) {
  const code = new Promise((resolve) => child.on("close", (status, signal) => resolve(signal ?? status)));
  const [stdout, stderr] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
  return { code: await code, stdout, stderr };
}
const optimbench = (...line: string[]) => ended(start(...line));

/** The study in the document of --json. */
const resultOf = ({ stdout }: { readonly stdout: string }): Study => JSON.parse(stdout).result;

const readStudy = (...path: string[]): Study => JSON.parse(readFileSync(join(folder, ...path), "utf8"));
const measured = (study: Study) =>
  study.runs.map(({ config, history, status, parametersSha256 }) => ({
    optimizer: config.optimizer,
    seed: config.seed,
    history: history.map(({ seconds: _, ...epoch }) => epoch),
    status,
    parametersSha256,
  }));

describe("compare", () => {
  it("prints a table, writes a report and runs again from it with the same numbers", async () => {
    const line = [...SMALL, "--optimizers", "adam,sgd:momentum=0.9", "--seeds", "2", "--epochs", "1"];
    const first = await optimbench("compare", ...line);
    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout).toContain("adam");
    expect(first.stdout).toContain(`Report: ${join("report", "index.html")}`);
    expect(existsSync(join(folder, "report", "index.html"))).toBe(true);
    expect(first.stderr.split("\n")).toContainEqual(
      expect.stringMatching(
        /^run 3\/4 sgd, momentum 0\.9, seed 1: epoch 1\/1, validation accuracy 0\.\d{4}, loss \d\.\d{4}, \d+\.\d s$/,
      ),
    );

    const study = readStudy("report", "study.json");
    expect(study.runs.map(({ config }) => [config.seed, config.optimizer.name])).toEqual([
      [0, "adam"],
      [0, "sgd"],
      [1, "adam"],
      [1, "sgd"],
    ]);
    const [a, b, c] = study.runs.map(({ parametersSha256 }) => parametersSha256.initial);
    expect(b).toBe(a);
    expect(c).not.toBe(a);

    const again = await optimbench("compare", "--config", join("report", "study.json"), "--json", "--quiet");
    expect(again).toMatchObject({ code: 0, stderr: expect.stringMatching(/^2 seeds cannot .*\n$/) });
    expect(measured(resultOf(again))).toEqual(measured(study));
    expect(resultOf(again).config).toEqual(study.config as ResolvedCompareConfig);

    const continued = await optimbench("compare", ...line);
    expect(continued).toMatchObject({ code: 0, stdout: first.stdout });
    expect(continued.stderr).toMatch(
      /^2 seeds cannot show that an arm is better: .*\n4 of 4 runs finished earlier and do not run again\.\n$/,
    );
    const few = ["--optimizers", "adam", "--epochs", "0", "--quiet"];
    const rejected = await optimbench("compare", ...SMALL, ...few);
    expect(rejected).toMatchObject({ code: 2, stdout: "" });
    expect(rejected.stderr).toMatch(
      /^error: report already contains another study: `--epochs` is 1 there and 0 here; .* another folder with --out, .* --overwrite\.\n$/,
    );
    expect(readStudy("report", "study.json")).toEqual(study);
    expect(await optimbench("compare", ...SMALL, ...few, "--overwrite")).toMatchObject({ code: 0 });
    expect(readStudy("report", "study.json").runs).toHaveLength(1);
    const figures = readdirSync(join(folder, "report", "figures"));
    expect(figures.filter((name) => name.includes("sgd"))).toEqual([]);
  });

  it("trains all runs and prints the table if no file can be written", async () => {
    const line = [...SMALL, "--optimizers", "sgd,adam", "--epochs", "0"];
    const limited = ["-c", 'ulimit -f 2; exec "$0" "$@"', process.execPath, MAIN, "compare", ...line];
    const { code, stdout, stderr } = await ended(spawn("bash", limited, { cwd: folder }));
    expect(code).toBe(2);
    expect(stdout).toMatch(/│ sgd(.*\n)+.*│ adam|│ adam(.*\n)+.*│ sgd/);
    expect(stdout).not.toContain("Report:");
    expect(stderr).toMatch(
      /run 2\/2 sgd: epoch 0(.*\n)+error: Cannot write report\/cells\.jsonl: it is too large/,
    );
    // Small files exist; none is truncated, and no temporary file is left.
    const files = readdirSync(join(folder, "report")).sort();
    expect(files).toEqual(["epochs.csv", "figures", "runs.csv", "table.md", "table.tex"]);
  });

  it("accepts custom formulas", async () => {
    const { code, stdout } = await optimbench(
      ...["compare", ...SMALL, "--epochs", "1", "--json"],
      ...[
        "--optimizers",
        "mine:learningRate=0.001:beta=0.5",
        "--define-optimizer",
        "mine=m = beta * m + g; theta = theta - learningRate * sign(m)",
      ],
      ...["--losses", "basic", "--define-loss", "basic=mean(abs(softmax(z) - y))"],
    );
    expect(code).toBe(0);
    const [run] = resultOf({ stdout }).runs;
    expect(run).toMatchObject({
      status: "completed",
      config: { optimizer: { name: "mine", hyperparameters: { beta: 0.5 } }, loss: { name: "basic" } },
    });
    expect(run!.config.optimizer.formula).toContain("sign(m)");
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", "SIGHUP"],
  ] as const)("keeps and reports finished runs on %s", async (signal, exitCode) => {
    const child = start(
      "compare",
      ...SMALL,
      "--optimizers",
      "sgd,adam",
      "--epochs",
      "100000",
      "--out",
      "out",
    );
    child.stderr!.on("data", (line) => {
      if (String(line).includes("epoch 1/")) child.kill(signal);
    });
    expect(await ended(child)).toMatchObject({ code: exitCode, stderr: expect.stringContaining("Stopping") });
    const { runs } = readStudy("out", "study.json");
    expect(runs).toMatchObject([{ status: "cancelled", config: { optimizer: { name: "adam" } } }]);
    expect(runs[0]!.history.length).toBeGreaterThanOrEqual(2);
    expect(existsSync(join(folder, "out", "index.html"))).toBe(true);
  });

  it("trains runs in parallel, shows no times, and runs again from the study", async () => {
    const line = [...SMALL, "--optimizers", "sgd,adam", "--epochs", "1", "--threads", "2"];
    const shared = await optimbench("compare", ...line, "--execution", "parallel");
    expect(shared).toMatchObject({ code: 0 });
    expect(shared.stdout).toContain("Runs went in parallel (execution: parallel)");
    expect(shared.stdout).not.toMatch(/training, s|step, ms/);
    const lines = shared.stderr
      .trimEnd()
      .split("\n")
      .filter((line) => !/^run \d\/2 \w+: completed|^One seed cannot show/.test(line));
    expect(lines.map((each) => each.match(/^run [12]\/2 \w+: epoch [01]\/1/)?.[0]).sort()).toEqual(
      [1, 2].flatMap((run) =>
        [0, 1].map((epoch) => `run ${run}/2 ${["adam", "sgd"][run - 1]}: epoch ${epoch}/1`),
      ),
    );
    expect(shared.stderr).not.toMatch(/ s$/m);
    const study = readStudy("report", "study.json");

    const again = await optimbench("compare", "--config", join("report", "study.json"), "--json", "--quiet");
    expect(again).toMatchObject({ code: 0, stderr: expect.stringMatching(/^One seed cannot .*\n$/) });
    expect(resultOf(again).config).toEqual(study.config);
    expect(measured(resultOf(again))).toEqual(measured(study));
    const inTurn = await optimbench("compare", ...line, "--json", "--quiet");
    expect(measured(resultOf(inTurn))).toEqual(measured(study));
  });

  it("keeps and reports all runs in parallel on SIGINT", async () => {
    const line = [...SMALL, "--optimizers", "sgd,adam,rmsprop", "--epochs", "100000", "--threads", "2"];
    const child = start("compare", ...line, "--execution", "parallel", "--out", "out");
    const begun = new Set<string>();
    child.stderr!.on("data", (said) => {
      for (const [run] of String(said).matchAll(/run \d(?=.*epoch 1\/)/g)) begun.add(run);
      if (begun.size === 2 && !child.killed) child.kill("SIGINT"); // a second signal would end it immediately
    });
    expect(await ended(child)).toMatchObject({ code: 130 });
    expect(readStudy("out", "study.json").runs).toMatchObject(
      ["sgd", "adam"].map((name) => ({ status: "cancelled", config: { optimizer: { name } } })),
    );
    expect(existsSync(join(folder, "out", "index.html"))).toBe(true);
  });

  it("rejects invalid options before it creates anything", async () => {
    const wrong = await optimbench("compare", "--optimizers", "admm", "--epochs", "0.5", "--out", "out");
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
    expect(wrong.stderr).toContain('Did you mean "adam"?');
    expect(wrong.stderr).toContain("Expected a whole number for `--epochs`, got 0.5 (number).");
    expect(existsSync(join(folder, "out"))).toBe(false);
    expect(await optimbench("compare", "--epoch", "3")).toEqual({
      code: 2,
      stdout: "",
      stderr: "error: unknown option '--epoch'\n(Did you mean --epochs?)\n",
    });
  });

  it("ends quietly when its reader closes the pipe", async () => {
    const child = start("compare", ...SMALL, "--epochs", "1", "--optimizers", "sgd", "--json", "--quiet");
    child.stdout!.destroy();
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect([code, await text(child.stderr!)]).toEqual([0, ""]);
  });

  it("continues when nobody reads its progress", async () => {
    const child = start("compare", ...SMALL, "--epochs", "1", "--optimizers", "sgd", "--out", "out");
    child.stderr!.destroy();
    const [code] = await Promise.all([
      new Promise((resolve) => child.on("close", resolve)),
      text(child.stdout!),
    ]);
    expect([code, readStudy("out", "study.json").runs]).toMatchObject([0, [{ status: "completed" }]]);
  });
});

describe("check-gradient", () => {
  it("reports the worst case of each loss, and fails if one is wrong", async () => {
    const right = await optimbench("check-gradient", "huber:delta=0.1,hinge", "--classes", "3");
    expect(right).toMatchObject({ code: 0, stderr: "" });
    expect(right.stdout).toMatch(/^huber: passed\..*\n {2}formula .*delta(.*\n)+hinge: passed\./);
    expect(right.stdout).toMatch(
      /worst case +class \d, error \d\.\de-\d+\n +gradient +-?\d.*\n +difference +-?\d/,
    );

    const mine = ["--define-loss", "mine=sum(w * sqrt(z * z) * y)", "mine:w=[1,2,3]"];
    const wrong = await optimbench("check-gradient", ...mine, "--classes", "3");
    expect(wrong).toMatchObject({ code: 1, stderr: "" });
    expect(wrong.stdout).toContain(
      "mine: FAILED. In float32, the precision of training, the gradient is not",
    );
    expect(wrong.stdout).toContain("Write sqrt(maximum(z * z, 1e-12)) instead of sqrt(z * z).");
    expect(await optimbench("check-gradient")).toMatchObject({ code: 2, stdout: "" });
  });
});

describe("train", () => {
  it("prints epochs, saves the model and a study of one run, and runs again from it", async () => {
    const { code, stdout } = await optimbench(
      ...["train", ...SMALL, "--optimizer", "sgd:learningRate=0.05", "--epochs", "2", "--seed", "3"],
      ...["--save", "digits.safetensors", "--out", "out", "--targets", "0.5,0.9"],
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^(sgd, learning rate 0\.05: epoch [012]\/2, .*\n){3}/);
    expect(stdout).toMatch(/\nReport: out\/index\.html\nModel: digits\.safetensors\n$/);
    expect(readFileSync(join(folder, "digits.safetensors")).length).toBeGreaterThan(109_898 * 4);
    const study = readStudy("out", "study.json");
    const again = await optimbench("train", "--config", join("out", "study.json"), "--json", "--quiet");
    expect(measured(resultOf(again))).toEqual(measured(study));
    expect(resultOf(again)).toMatchObject({ config: { targets: [0.5, 0.9] } });
  });
});
