import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CompareConfig } from "../../src/config/compare-config.js";
import type { CompareCallbacks } from "../../src/study/callbacks.js";
import { lineText, parseLines } from "../../src/study/cell-lines.js";
import { compare } from "../../src/study/compare.js";
import type { Study } from "../../src/study/study.js";
import { readStudy } from "../../src/study/study-file.js";
import { bands, smallModel } from "../small-task.js";

const dataset = await bands();
let root: string;
let folder: string;
let ran: string[];
let notices: string[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "optimbench-"));
  folder = join(root, "study");
});
afterEach(() => rmSync(root, { recursive: true }));

/** Compares in the folder, and lists the labels of the runs that ran. */
async function ask(config: CompareConfig & CompareCallbacks = {}): Promise<Study> {
  ran = [];
  notices = [];
  const { onRun, ...rest } = config;
  return compare({
    dataset,
    model: smallModel,
    epochs: 1,
    optimizers: ["adam", "sgd"],
    seeds: 2,
    folder,
    onNotice: (text) => notices.push(text),
    ...rest,
    onRun: (run, study, planned) => {
      ran.push(planned.label);
      return onRun?.(run, study, planned);
    },
  });
}

/** A study without its times. */
const timeless = ({ createdAt: _, runs, ...rest }: Study) => ({
  ...rest,
  runs: runs.map(({ startedAt: _, resumedAt: _resumed, seconds: __, history, ...run }) => ({
    ...run,
    history: history.map(({ seconds: ___, ...epoch }) => epoch),
  })),
});
const cells = () => join(folder, "cells.jsonl");
const lines = () => readFileSync(cells(), "utf8").split("\n").slice(0, -1);

it("does not run finished cells again", async () => {
  const study = await ask();
  expect(ran).toEqual(["sgd, seed 0", "adam, seed 0", "sgd, seed 1", "adam, seed 1"]);
  expect(await readStudy(join(folder, "study.json"))).toEqual(study);
  const before = lines();
  expect(before).toHaveLength(5); // the question and four cells
  expect(await ask({ threads: 1, execution: "sequential" })).toMatchObject({ runs: study.runs });
  expect(ran).toEqual([]);
  expect(notices).toEqual(["4 of 4 runs finished earlier and do not run again."]);
  expect(lines()).toEqual(before);
});

it("keeps a cell before onRun is called, so that nothing that follows can lose it", async () => {
  const crash = new Error("the caller's");
  await expect(ask({ onRun: () => Promise.reject(crash) })).rejects.toBe(crash);
  expect(lines()).toHaveLength(2);
  await ask();
  expect(ran).toEqual(["adam, seed 0", "sgd, seed 1", "adam, seed 1"]);
});

it("resumes cancelled cells", async () => {
  const controller = new AbortController();
  const cancelled = await ask({
    epochs: 3,
    signal: controller.signal,
    onEpoch: ({ epoch }, { number }) => {
      if (number === 2 && epoch === 1) controller.abort();
    },
  });
  expect(cancelled.runs.map(({ status }) => status)).toEqual(["cancelled", "completed"]);
  expect(await readStudy(join(folder, "study.json"))).toEqual(cancelled);
  const continued = await ask({ epochs: 3 });
  expect(ran).toEqual(["adam, seed 0", "sgd, seed 1", "adam, seed 1"]);
  expect(timeless(continued)).toEqual(timeless(await ask({ epochs: 3, folder: join(root, "whole") })));
});

it("grows by optimizers and seeds for the price of the new cells", async () => {
  const first = await ask({ seeds: 1 });
  const grown = await ask({ optimizers: ["rmsprop", "adam", "sgd"], seeds: 2 });
  expect(ran).toEqual(["rmsprop, seed 0", "rmsprop, seed 1", "sgd, seed 1", "adam, seed 1"]);
  expect(grown.createdAt).toBe(first.createdAt);
  expect(grown.runs.map(({ config }) => `${config.optimizer.name} ${config.seed}`)).toEqual([
    "rmsprop 0",
    "adam 0",
    "sgd 0",
    "rmsprop 1",
    "adam 1",
    "sgd 1",
  ]);
  const whole = await ask({ optimizers: ["rmsprop", "adam", "sgd"], seeds: 2, folder: join(root, "whole") });
  expect(timeless(grown)).toEqual(timeless(whole));
  expect(await readStudy(join(folder, "study.json"))).toEqual(grown);
});

it("says that times are not comparable if some runs were in parallel", async () => {
  await ask({ seeds: 1, execution: "parallel", threads: 2 });
  const grown = await ask({ seeds: 2 });
  expect(grown.config.execution).toBe("parallel");
});

describe("another question", () => {
  it.each<[string, CompareConfig, string]>([
    ["other epochs", { epochs: 2 }, "`epochs` is 1 there and 2 here"],
    ["fewer seeds", { seeds: 1 }, "`seeds` has 1 there only"],
    [
      "another optimizer instead of one",
      { optimizers: ["adam", "rmsprop"] },
      "`optimizers` has sgd (learningRate 0.01, momentum 0, nesterov false) there only and has rmsprop (",
    ],
    ["a wider split", { split: { train: 90, validation: 24 } }, "`split.train` is 96 there and 90 here"],
  ])("is refused with what differs: %s", async (_, change, difference) => {
    await ask();
    const before = lines();
    const error = await ask(change).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: "FILE", path: folder });
    expect(error.message).toContain(`${folder} already contains another study: `);
    expect(error.message).toContain(difference);
    expect(error.message).toMatch(/ Choose another `folder`, or replace the study with `overwrite`\.$/);
    expect(ran).toEqual([]);
    expect(lines()).toEqual(before);
    await ask({ ...change, overwrite: true });
    expect(lines().length).not.toBe(0);
    expect(ran.length).toBeGreaterThan(1);
  });

  it("is one on other images, even under the same name", async () => {
    await ask();
    await expect(ask({ dataset: { ...(await bands(60)), name: "bands" } })).rejects.toThrow(
      "`split.train` is",
    );
    const { images, labels, ...rest } = dataset;
    const other = { ...rest, images: Uint8Array.from(images, (pixel) => 255 - pixel), labels };
    await expect(ask({ dataset: other })).rejects.toThrow(
      "`dataset` is bands with other content there and bands here",
    );
    const renamed = await ask({ dataset: { ...rest, images, labels, name: "copy" } });
    expect(ran).toEqual([]);
    expect(renamed.runs).toHaveLength(4);
  });
});

describe("arms", () => {
  const arms = (...names: string[]) => ({
    optimizers: undefined,
    arms: names.map((name, i) => ({ name, optimizer: i === 1 ? ("sgd" as const) : ("adam" as const) })),
  });
  const named = (study: Study) => study.runs.map(({ config: { name, seed } }) => `${name} ${seed}`);

  it("do not run again under another name, and the study has the new names", async () => {
    const first = await ask(arms("a", "b"));
    const renamed = await ask(arms("baseline", "plain"));
    expect(ran).toEqual([]);
    expect(named(renamed)).toEqual(["baseline 0", "plain 0", "baseline 1", "plain 1"]);
    expect(renamed.config.arms!.map(({ name }) => name)).toEqual(["baseline", "plain"]);
    expect(await readStudy(join(folder, "study.json"))).toEqual(renamed);
    const namesAside = ({ runs }: Study) =>
      runs.map(({ config: { name: _, ...config }, ...run }) => ({ ...run, config }));
    expect(namesAside(renamed)).toEqual(namesAside(first));
    await ask(); // the same, as optimizers
    expect(ran).toEqual([]);
  });

  it("that are equal run once each", async () => {
    const names = ["a", "b", "c"];
    const study = await ask({ ...arms(...names), seeds: 1 });
    expect(ran).toEqual(names);
    expect(named(study)).toEqual(["a 0", "b 0", "c 0"]);
    expect(study.runs[2]!.parametersSha256).toEqual(study.runs[0]!.parametersSha256);
    await ask({ ...arms(...names, "d"), seeds: 1 });
    expect(ran).toEqual(["d"]);
  });

  it("may have renamed datasets", async () => {
    const datasets = (first: string, second: string): CompareConfig => ({
      optimizers: undefined,
      arms: [first, second].map((name, i) => ({
        dataset: {
          ...dataset,
          name,
          images: i === 0 ? dataset.images : Uint8Array.from(dataset.images, (pixel) => 255 - pixel),
        },
      })) as NonNullable<CompareConfig["arms"]>,
    });
    await ask(datasets("light", "dark"));
    const renamed = await ask(datasets("one", "two"));
    expect(ran).toEqual([]);
    expect(renamed.runs.map(({ config, dataset: { name } }) => [config.dataset, name])).toEqual(
      ["one", "two", "one", "two"].map((name) => [name, name]),
    );
    await expect(ask({ ...datasets("one", "two"), epochs: 2 })).rejects.toThrow(
      "another study: `epochs` is 1 there and 2 here. A study continues",
    );
  });
});

it("refuses a study.json without cells, and other files", async () => {
  await ask();
  rmSync(cells());
  await expect(ask()).rejects.toThrow(
    /contains a study\.json without cells\.jsonl, so the study cannot be continued/,
  );
  rmSync(join(folder, "study.json"));
  writeFileSync(join(folder, "thesis.txt"), "");
  await expect(ask()).rejects.toThrow(/is not empty and has no study\.json/);
  expect(readdirSync(folder)).toEqual(["thesis.txt"]);
});

describe("cells.jsonl", () => {
  it("loses a torn last line only, and says so", async () => {
    const whole = await ask();
    truncateSync(cells(), readFileSync(cells()).length - 30);
    const continued = await ask();
    expect(ran).toEqual(["adam, seed 1"]);
    expect(notices[0]).toMatch(
      /^The last line of .*cells\.jsonl is incomplete, .* It is dropped, and its run starts again\.$/,
    );
    expect(timeless(continued)).toEqual(timeless(whole));
    expect(lines()).toHaveLength(5);
    appendFileSync(cells(), "\0\0\0\0"); // what a power failure may leave
    await ask();
    expect([ran, notices.length]).toEqual([[], 2]);
  });

  it("is rejected with the line's number if another line is damaged", async () => {
    await ask();
    const text = readFileSync(cells(), "utf8");
    writeFileSync(cells(), text.replace('"accuracy":0', '"accuracy":1'));
    await expect(ask()).rejects.toMatchObject({
      code: "FILE",
      message: expect.stringMatching(
        /^Line 2 of .*cells\.jsonl is damaged\. .*delete this line to run its cell again\.$/,
      ),
    });
    writeFileSync(cells(), text.replace('"createdAt":"2', '"createdAt":"3'));
    await expect(ask()).rejects.toThrow(
      /^Line 1 of .*cells\.jsonl is damaged\. .* or run the study in another folder: the line says what it asks\.$/,
    );
    const line = lineText({ question: { schemaVersion: 2 } } as never);
    writeFileSync(cells(), `${line}${text}`);
    await expect(ask()).rejects.toThrow(
      /^Line 1 of .* was written by another version of optimbench\. Use that version, or run the study in another folder:/,
    );
    writeFileSync(cells(), text.split("\n").toSpliced(1, 1).join("\n"));
    await ask();
    expect(ran).toEqual(["sgd, seed 0"]);
    writeFileSync(cells(), text.split("\n").slice(1).join("\n"));
    await expect(ask()).rejects.toThrow(/cells\.jsonl has no question/);
  });

  it("reads a prefix of whole lines, wherever it is cut", async () => {
    await ask({ seeds: 1 });
    const text = readFileSync(cells());
    const all = await parseLines(text, "cells");
    expect(text.toString()).toBe(all.lines.map(lineText).join(""));
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: text.length }), async (cut) => {
        const { lines, end, isTorn } = await parseLines(text.subarray(0, cut), "cells");
        expect(lines).toEqual(all.lines.slice(0, lines.length));
        expect(lines.map(lineText).join("").length).toBe(text.toString("utf8", 0, end).length);
        expect(isTorn).toBe(end < cut);
      }),
    );
  });
});
