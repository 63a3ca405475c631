import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { CompareConfig } from "../../src/config/compare-config.js";
import { compare, queue, runWorker, train } from "../../src/index.js";
import { readConnection } from "../../src/queue/connection.js";
import { QueueServer } from "../../src/queue/server.js";
import { queueStatus } from "../../src/queue/status.js";
import { cancelStudy, listStudies } from "../../src/queue/study-entry.js";
import type { WorkerOptions } from "../../src/queue/worker-options.js";
import type { CompareCallbacks } from "../../src/study/callbacks.js";
import { measured } from "../../src/study/measured.js";
import { bands, smallModel } from "../small-task.js";
import { RedisServer } from "./redis-server.js";

const dataset = await bands();
let redis: RedisServer;
let root: string;
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(() => redis.stop());
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "optimbench-"));
});
afterEach(async () => {
  await stopWorkers();
  await look((server) => server.redis.flushall());
  rmSync(root, { recursive: true });
});

let workers: { readonly controller: AbortController; readonly ended: Promise<void> }[] = [];
function work(options: WorkerOptions = {}): void {
  const controller = new AbortController();
  const ended = runWorker({ connection: redis.url, threads: 1, signal: controller.signal, ...options });
  workers.push({ controller, ended });
}
async function stopWorkers(): Promise<void> {
  for (const { controller } of workers) controller.abort();
  await Promise.all(workers.map(({ ended }) => ended));
  workers = [];
}

const small = { dataset, model: smallModel, epochs: 1, optimizers: ["adam", "sgd"], seeds: 3 } as const;
const ask = (config: CompareConfig & CompareCallbacks = {}, options: object = {}) =>
  compare({ ...small, executor: queue({ connection: redis.url, sendData: true, ...options }), ...config });

/** Looks at the server. */
async function look<Result>(at: (server: QueueServer) => Promise<Result>): Promise<Result> {
  const server = await QueueServer.open(readConnection(redis.url), { onNotice() {} });
  try {
    return await at(server);
  } finally {
    await server.close();
  }
}

/** Waits until something holds on the server. */
const until = (isTrue: (server: QueueServer) => Promise<boolean>) =>
  look(async (server) => {
    while (!(await isTrue(server))) await new Promise((resolve) => setTimeout(resolve, 20));
  });

const studiesThere = (count: number) => until(async (server) => (await listStudies(server)).length === count);

describe("a study in a queue", () => {
  it("has the results of the same study in one process, bit for bit, and leaves nothing on the server", async () => {
    work();
    work();
    const skipped: string[] = [];
    const there = await ask({
      folder: join(root, "queued"),
      onSkip: ({ label }, record) => void skipped.push(`${label} ${record?.status}`),
      onRun: () => expect.unreachable("no model is here"),
    });
    const here = await compare({ ...small });
    expect(there.runs.map(measured)).toEqual(here.runs.map(measured));
    expect(skipped.toSorted()).toEqual(
      ["adam", "sgd"].flatMap((name) => [0, 1, 2].map((seed) => `${name}, seed ${seed} completed`)),
    );
    expect(readFileSync(join(root, "queued", "cells.jsonl"), "utf8").match(/"cell":/g)).toHaveLength(6);
    await stopWorkers();
    expect(await look((server) => server.redis.keys("*"))).toEqual([]);
  });

  it("needs no folder, and may add seeds in rounds", async () => {
    work();
    const study = await ask({ seeds: 6, seedsPerRound: 2 });
    expect(study.runs.length).toBeGreaterThanOrEqual(4);
    expect(study.runs.every(({ status }) => status === "completed")).toBe(true);
  });

  it("goes on while nobody follows it, and its results wait for the same command", async () => {
    const folder = join(root, "left");
    const away = new AbortController();
    const notices: string[] = [];
    const left = ask({ folder, signal: away.signal, onNotice: (text) => void notices.push(text) });
    await studiesThere(1);
    away.abort();
    expect((await left).runs).toEqual([]);
    expect(notices.at(-1)).toMatch(/^6 runs of study \w{16} stay in the queue, and workers go on\./);
    work();
    await until(async (server) => (await queueStatus(server)).studies[0]?.uncollected === 6);
    await stopWorkers();
    expect((await ask({ folder })).runs).toHaveLength(6); // without a worker
  });

  it("starts from the weights of a file, which workers read, and not from those of a program", async () => {
    const { model } = await train({ dataset, model: smallModel, epochs: 1, seed: 7 });
    const initialWeights = join(root, "weights.safetensors");
    await model.save(initialWeights);
    work();
    const config = { optimizers: ["adam"], seeds: 1, initialWeights } as const;
    const [there] = (await ask(config)).runs;
    const [here] = (await compare({ ...small, ...config })).runs;
    expect(measured(there!)).toEqual(measured(here!));
    expect(there!.config.initialWeights).toEqual(here!.config.initialWeights);
    await expect(ask({ ...config, initialWeights: model })).rejects.toMatchObject({
      code: "CONFIG",
      path: "initialWeights",
    });
    await stopWorkers();
    const notices: string[] = [];
    const study = ask({ ...config, seeds: 2 });
    await studiesThere(1);
    rmSync(initialWeights);
    work({ onNotice: (text) => void notices.push(text) });
    await until(async () => notices.length > 0);
    expect(notices[0]).toMatch(
      /^Leaves study \w+ \(.+\) to other workers: Cannot read .+weights\.safetensors/,
    );
    await look(async (server) => cancelStudy(server, (await listStudies(server))[0]!.id));
    await study;
  });

  it("grows by the price of the new runs", async () => {
    const folder = join(root, "grown");
    const ran: string[] = [];
    work({ onCell: ({ label }) => void ran.push(label) });
    await ask({ folder, seeds: 1 });
    await ask({ folder, seeds: 2 });
    expect(ran).toHaveLength(4);
  });

  it("is served before those of lower priority", async () => {
    const ran: string[] = [];
    const low = ask({ optimizers: ["adam"] });
    const high = ask({ optimizers: ["sgd"] }, { priority: 1 });
    await studiesThere(2);
    await until(async (server) => (await queueStatus(server)).studies.every(({ waiting }) => waiting === 3));
    work({ onCell: ({ label }) => void ran.push(label.slice(0, 4)) });
    await Promise.all([low, high]);
    expect(ran).toEqual(
      ["sgd,", "sgd,", "sgd,", "adam", "adam", "adam"].map((name) => expect.stringContaining(name)),
    );
  });

  it("ends where it is followed when it is cancelled elsewhere, and workers stop its runs", async () => {
    const notices: string[] = [];
    const study = ask({ epochs: 10_000, onNotice: (text) => void notices.push(text) });
    work();
    await until(async (server) => (await queueStatus(server)).studies[0]?.running === 1);
    await look(async (server) => cancelStudy(server, (await listStudies(server))[0]!.id));
    const { runs, failed = [] } = await study;
    expect(runs).toEqual([]);
    expect(failed.map(({ reason }) => reason)).toEqual(Array(6).fill("The study was cancelled."));
    expect(notices.at(-1)).toMatch(/^Study \w{16} was cancelled: 6 runs did not run\.$/);
    await until(async (server) =>
      (await queueStatus(server)).workers.every(({ cells }) => cells.length === 0),
    );
  });

  it("is withdrawn by its signal if it has no folder, where nobody could continue it", async () => {
    const away = new AbortController();
    const study = ask({ signal: away.signal });
    await studiesThere(1);
    away.abort();
    expect((await study).runs).toEqual([]);
    await studiesThere(0);
  });

  it("rejects what only this process could do", async () => {
    for (const [key, value] of [
      ["shard", "1/2"],
      ["budget", "10s"],
    ])
      await expect(ask({ [key!]: value })).rejects.toMatchObject({
        code: "CONFIG",
        path: key,
        message: expect.stringContaining(`\`${key}\` and \`executor\` exclude each other`),
      });
    await expect(compare({ ...small, executor: {} as never })).rejects.toThrow(
      "Expected the result of queue(...) for `executor`, got",
    );
  });
});
