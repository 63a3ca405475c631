import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/system/package-root.js";

const folder = mkdtempSync(join(tmpdir(), "optimbench-"));
afterAll(() => rmSync(folder, { recursive: true }));

const benchFile = (name: string) => join(packageRoot, "bench", name);
const { interleaved } = await import(pathToFileURL(benchFile("interleaved.mjs")).href);
const { updateRows } = await import(pathToFileURL(benchFile("rows/updates.mjs")).href);
const { geometricMean } = await import(pathToFileURL(benchFile("rows/geometric-mean.mjs")).href);
const { suiteTables } = await import(pathToFileURL(benchFile("suite-tables.mjs")).href);
const { isReached, ratio, toFasterPeer } = await import(pathToFileURL(benchFile("row.mjs")).href);

describe("the rows of bench:peers", () => {
  it("compare with the peer that has the lowest median, by medians and by rounds", () => {
    const times = { optimbench: [1, 2, 9], slow: [10, 10, 10], fast: [4, 100, 3] };
    expect(toFasterPeer(times)).toEqual({ value: 0.5, spread: [0.02, 3], against: "fast" });
  });

  it("are quotients of medians with the spread of the rounds", () => {
    expect(ratio([2, 4, 6], [1, 4, 2])).toEqual({ value: 2, spread: [1, 3] });
  });

  it("meet their goal from the correct side, and never without a value", () => {
    expect(isReached({ goal: { atMost: 0.4 }, value: 0.4 })).toBe(true);
    expect(isReached({ goal: { atMost: 0.4 }, value: 0.41 })).toBe(false);
    expect(isReached({ goal: { atLeast: 1.8 }, value: 1.8 })).toBe(true);
    expect(isReached({ goal: { atLeast: 1.8 }, value: 1.7 })).toBe(false);
    expect(isReached({ goal: { atMost: 6 }, value: null })).toBe(false);
  });

  it("come from rounds that rotate the order, of which the first is a warm-up", async () => {
    const calls: string[] = [];
    const benchCase = (name: string) => () => calls.push(name);
    const measured = await interleaved("test", { a: benchCase("a"), b: benchCase("b") }, 2);
    expect(calls).toEqual(["a", "b", "b", "a", "a", "b"]);
    expect(measured).toEqual({ a: [4, 5], b: [3, 6] });
  });
});

describe("the rows of models in bench:peers", () => {
  const step = (model: string, batch: number, measured: Record<string, number[]>) => ({
    ...{ measure: "step", model, batch, goal: { atMost: 0.7 }, unit: "", measured },
    ...toFasterPeer(measured),
  });
  const rows = [
    step("vgg", 32, { optimbench: [1, 2, 2], "PyTorch eager": [8, 8, 16], "Keras on TensorFlow": [9, 9, 9] }),
    step("vgg", 256, { optimbench: [9, 9, 9], "PyTorch compiled": [9, 9, 18] }),
  ];

  it("have a geometric mean, with the spread of the rounds", () => {
    expect(geometricMean(rows, 0.4)).toMatchObject({
      what: expect.stringContaining("1 model, 2 ratios"),
      value: 0.5,
      spread: [0.25, 0.5],
      goal: { atMost: 0.4 },
    });
  });

  it("are one table per measure, with the times of all programs", () => {
    expect(suiteTables([...rows, { ...rows[0], measure: "evaluation", batch: undefined }])).toMatchObject([
      {
        head: [
          "model",
          "batch",
          "optimbench",
          "PyTorch",
          "compiled",
          "Keras",
          "ratio",
          "spread",
          "goal",
          "reached",
        ],
        cells: [
          ["`vgg`", "32", "2.00", "8.00", "", "9.00", "0.25", "0.13 to 0.25", "at most 0.7", "yes"],
          ["`vgg`", "256", "9.00", "", "9.00", "", "1.0", "0.50 to 1.0", "at most 0.7", "no"],
        ],
      },
      { head: ["model", "optimbench", "PyTorch", "Keras", "ratio", "spread", "goal", "reached"] },
    ]);
  });
});

describe("the rows of bench:update", () => {
  const result = (parameters: number, optimizer: string, milliseconds: Record<string, number[]>) => ({
    parameters,
    optimizer,
    milliseconds,
  });
  const brief = (rows: { optimizer: string; value: number; against: string }[]) =>
    rows.map(({ optimizer, value, against }) => ({ optimizer, value, against }));

  it("show the optimizer that is furthest from its goal, and name all that miss it", () => {
    const rows = updateRows([
      result(2e6, "adam", { optimbench: [3], fused: [3], loop: [9], memory: [1] }),
      result(2e6, "sgd", { optimbench: [6], fused: [4], loop: [9], memory: [4] }),
      result(2e6, "lamb", { optimbench: [8], memory: [4] }),
    ]);
    expect(brief(rows)).toEqual([
      { optimizer: "sgd", value: 1.5, against: "above the goal: sgd 1.5" },
      { optimizer: "adam", value: 3, against: "above the goal: adam 3.0" },
      { optimizer: "lamb", value: 2, against: "worst: lamb" },
    ]);
    expect(rows[1].measured).toEqual({ optimbench: [3], memory: [1] });
  });

  it("compare with the loop if there is no fused kernel, and with memory if caches are too small", () => {
    const rows = updateRows([
      result(100, "adam", { optimbench: [1], fused: [1], loop: [1], memory: [0.1] }),
      result(100, "nadam", { optimbench: [1], loop: [4], memory: [0.1] }),
    ]);
    expect(brief(rows)).toEqual([
      { optimizer: "adam", value: 1, against: "worst: adam" },
      { optimizer: "nadam", value: 0.25, against: "worst: nadam" },
    ]);
  });
});

describe("the measurements in README.md and bench/README.md", () => {
  const check = (...root: string[]) =>
    spawnSync(process.execPath, [benchFile("readme.mjs"), "--check", ...root], { encoding: "utf8" });
  const pages = ["README.md", "bench/README.md"] as const;
  const textOf = (page: string) => readFileSync(join(packageRoot, page), "utf8");

  it("are those of the records", () => {
    expect(check()).toMatchObject({ status: 0, stderr: "" });
  });

  it.each([
    ["README.md", /(\) \| )0\.\d\d( \|)/],
    ["bench/README.md", /(\| at most 0\.4 \| )0\.\d\d( )/],
  ])("fail with another number in %s, and without the section", (page, number) => {
    mkdirSync(join(folder, "bench"), { recursive: true });
    for (const each of pages) writeFileSync(join(folder, each), textOf(each));
    expect(check(folder)).toMatchObject({ status: 0 });
    const text = textOf(page);
    const changed = text.replace(number, "$10.01$2");
    expect(changed).not.toBe(text);
    writeFileSync(join(folder, page), changed);
    expect(check(folder)).toMatchObject({ status: 1, stderr: expect.stringContaining("npm run docs") });
    writeFileSync(join(folder, page), text.replace("<!-- measured: npm run bench", "<!-- npm run bench"));
    expect(check(folder)).toMatchObject({ status: 1, stderr: expect.stringContaining("has no section") });
  });
});
