import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CompareConfig } from "../../src/config/compare-config.js";
import type { CompareCallbacks } from "../../src/study/callbacks.js";
import { lineText, parseLines } from "../../src/study/cell-lines.js";
import { compare } from "../../src/study/compare.js";
import { measured } from "../../src/study/measured.js";
import { mergeStudies } from "../../src/study/merge.js";
import { readStudy } from "../../src/study/study-file.js";
import { identityOf } from "../../src/system/process-identity.js";
import { bands, smallModel } from "../small-task.js";

const dataset = await bands();
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "optimbench-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const at = (name: string) => join(root, name);
const ask = (config: CompareConfig & CompareCallbacks) =>
  compare({ dataset, model: smallModel, epochs: 1, optimizers: ["adam", "sgd"], seeds: 3, ...config });
const keys = (folder: string) =>
  readFileSync(join(folder, "cells.jsonl"), "utf8")
    .split("\n")
    .flatMap((line) => /^\{"cell":\{"key":"(\w+)"/.exec(line)?.[1] ?? []);

describe("several studies on one folder", () => {
  it("share the runs, none of which runs twice, and all get the whole result", async () => {
    const ran: string[] = [];
    const skipped: string[] = [];
    const planned: string[] = [];
    const callbacks: CompareCallbacks = {
      onRun: (_, __, { label }) => void ran.push(label),
      onSkip: ({ label }, record) => void skipped.push(`${label} ${record?.status}`),
      onPlan: (runs) => void planned.push(...runs.map(({ label }) => label)),
    };
    const folder = at("shared");
    const studies = await Promise.all([1, 2, 3].map(() => ask({ folder, ...callbacks })));
    expect(ran).toHaveLength(6);
    expect(new Set(ran).size).toBe(6);
    expect(skipped.toSorted()).toEqual([...ran, ...ran].map((label) => `${label} completed`).toSorted());
    expect(planned.slice(0, 6)).toEqual(ran.toSorted((a, b) => planned.indexOf(a) - planned.indexOf(b)));
    expect(planned).toHaveLength(18);
    expect(new Set(keys(folder)).size).toBe(6);
    const alone = await ask({});
    for (const { runs } of studies) expect(runs.map(measured)).toEqual(alone.runs.map(measured));
    expect((await readStudy(join(folder, "study.json"))).runs).toHaveLength(6);
    expect(studies.at(-1)!.config.execution).toBe("parallel"); // their times are not comparable
    expect(readdirSync(folder).sort()).toEqual(["cells.jsonl", "study.json"]);
  });

  it("run the cells of a process that was killed, and wait for those of a living one", async () => {
    const folder = at("shared");
    await ask({ folder: at("keys") });
    const [first, second] = keys(at("keys"));
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000); console.log()"]);
    await once(child.stdout, "data");
    mkdirSync(join(folder, "claims"), { recursive: true });
    const claim = (key: string, processes: object[], host?: string) =>
      writeFileSync(
        join(folder, "claims", key.slice(0, 16)),
        JSON.stringify({ host: host ?? process.env.HOSTNAME, processes }),
      );
    const { hostname } = await import("node:os");
    claim(first!, [identityOf(child.pid!)], hostname());
    claim(second!, [{ pid: child.pid, start: "long ago" }], hostname()); // its id was given to another process
    const ran: string[] = [];
    const notices: string[] = [];
    await ask({
      folder,
      onRun: (_, __, { label }) => void ran.push(label),
      onNotice: (text) => {
        notices.push(text);
        child.kill("SIGKILL");
      },
    });
    expect(notices).toEqual([`Waiting for 1 run of process ${child.pid} ...`]);
    expect(ran.slice(0, 1)).toEqual(["adam, seed 0"]);
    expect(ran.slice(-1)).toEqual(["sgd, seed 0"]);
    expect(existsSync(join(folder, "claims"))).toBe(false);
  });

  it("take over the cells of another host that has not renewed its claim", async () => {
    const folder = at("shared");
    await ask({ folder: at("keys"), seeds: 1 });
    const [first] = keys(at("keys"));
    mkdirSync(join(folder, "claims"), { recursive: true });
    const path = join(folder, "claims", first!.slice(0, 16));
    writeFileSync(path, JSON.stringify({ host: "node-7", processes: [{ pid: 1, start: "1" }] }));
    utimesSync(path, new Date(), new Date(Date.now() - 11 * 60_000));
    expect((await ask({ folder, seeds: 1 })).runs).toHaveLength(2);
  });

  it("with different questions notice each other before the first cell is finished", async () => {
    const folder = at("new");
    let refused: unknown;
    await ask({
      folder,
      seeds: 1,
      onEpoch: async () => {
        refused ??= await ask({ folder, epochs: 2 }).catch((error) => error.message);
      },
    });
    expect(refused).toContain(`${folder} already contains another study: \`epochs\` is 1 there and 2 here`);
    expect(keys(folder)).toHaveLength(2);
  });

  it("leave no question that keeps another one out if they end before the first cell", async () => {
    const folder = at("new");
    await ask({ folder, signal: AbortSignal.abort() });
    expect((await ask({ folder, seeds: 1, epochs: 2 })).runs).toHaveLength(2);
    expect(keys(folder)).toHaveLength(2);
  });

  it("leave the larger study.json, whichever ends last", async () => {
    const folder = at("shared");
    let ran = 0;
    await ask({
      folder,
      shard: "1/2",
      onRun: async () => {
        ran++;
        if (ran === 3) await ask({ folder, shard: "2/2" });
      },
    });
    expect((await readStudy(join(folder, "study.json"))).runs).toHaveLength(6);
  });

  it("are not replaced while another process uses the folder", async () => {
    const folder = at("shared");
    await ask({ folder, seeds: 1 });
    await ask({
      folder,
      seeds: 2,
      onEpoch: async ({ epoch }) => {
        if (epoch > 0) return;
        await expect(ask({ folder, epochs: 2, overwrite: true })).rejects.toThrow(
          `The study in ${folder} is in use by process ${process.pid}, so it is not replaced.`,
        );
      },
    });
  });
});

describe("shards", () => {
  it("together run each cell once, in one folder or merged", async () => {
    const whole = await ask({ folder: at("whole") });
    for (const shard of ["1/3", "2/3", "3/3"]) {
      const others: unknown[] = [];
      const onSkip = (_: object, record?: object) => void others.push(record);
      const part = await ask({ shard, onSkip, folder: at(`part-${shard[0]}`) });
      expect(part.runs).toHaveLength(2);
      expect(others).toEqual(Array(4).fill(undefined));
      await ask({ shard, folder: at("shared") });
    }
    const merged = await mergeStudies(
      [1, 2, 3].map((part) => at(`part-${part}`)),
      at("merged"),
    );
    const shared = await readStudy(join(at("shared"), "study.json"));
    for (const study of [merged, shared]) {
      expect(study.runs.map(measured)).toEqual(whole.runs.map(measured));
      expect(study.config).toEqual(whole.config);
    }
    expect(await readStudy(join(at("merged"), "study.json"))).toEqual(merged);
    const ran: string[] = [];
    await ask({ folder: at("merged"), seeds: 4, onRun: (_, __, { label }) => void ran.push(label) });
    expect(ran).toEqual(["adam, seed 3", "sgd, seed 3"]); // it grows like any other
  });

  it.each(["0/3", "4/3", "3", "a/b", "1/0"])("rejects %s", (shard) =>
    expect(ask({ shard })).rejects.toThrow('Expected a part such as "3/8" for `shard`'),
  );
});

describe("merging", () => {
  it("joins a study with the one that it grew to", async () => {
    await ask({ folder: at("small"), seeds: 1 });
    await ask({ folder: at("large"), shard: "2/2" });
    const merged = await mergeStudies([at("small"), at("large")], at("merged"));
    expect(merged.runs.map(({ config }) => `${config.optimizer.name} ${config.seed}`)).toEqual([
      "adam 0",
      "sgd 0",
      "adam 1",
      "adam 2",
    ]);
  });

  it("refuses a study that asks something else, naming it and what differs", async () => {
    await ask({ folder: at("a"), seeds: 1 });
    await ask({ folder: at("b"), seeds: 1, epochs: 2 });
    await expect(mergeStudies([at("a"), at("b")], at("merged"))).rejects.toThrow(
      `${at("b")} cannot be merged: its question differs from that of ${at("a")}: \`epochs\` is 1 in ${at("a")} and 2 in ${at("b")}.`,
    );
    expect(existsSync(at("merged"))).toBe(false);
  });

  it("refuses two results of one run, naming it and what differs", async () => {
    await ask({ folder: at("a"), seeds: 1 });
    cpSync(at("a"), at("b"), { recursive: true });
    const path = join(at("b"), "cells.jsonl");
    const { lines } = await parseLines(readFileSync(path), path);
    const changed = JSON.parse(JSON.stringify(lines));
    changed[2].cell.record.history[1].validation.accuracy = 1;
    writeFileSync(path, changed.map(lineText).join(""));
    await expect(mergeStudies([at("a"), at("b")], at("merged"))).rejects.toThrow(
      /b cannot be merged: the run of adam with sparseCategoricalCrossentropy and seed 0 has different results in .*a: `history\.epoch 1\.validation\.accuracy` is 0\.\d+ in .*a and 1 in .*b\./,
    );
  });

  it("refuses folders without a study, and a target that has one", async () => {
    await ask({ folder: at("a"), seeds: 1 });
    await expect(mergeStudies([at("a"), at("none")], at("c"))).rejects.toThrow(/none contains no study/);
    await expect(mergeStudies([at("a")], at("a"))).rejects.toThrow(/is one of the merged studies/);
    await ask({ folder: at("c"), seeds: 2 });
    await expect(mergeStudies([at("a")], at("c"))).rejects.toThrow(/c already contains a study\./);
    expect((await mergeStudies([at("a")], at("c"), { overwrite: true })).runs).toHaveLength(2);
    expect(keys(at("c"))).toHaveLength(2);
  });
});
