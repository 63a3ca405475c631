import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { compare, queue } from "../../src/index.js";
import { readConnection } from "../../src/queue/connection.js";
import { runCell } from "../../src/queue/run-cell.js";
import { QueueServer } from "../../src/queue/server.js";
import { queueStatus } from "../../src/queue/status.js";
import { runWorker } from "../../src/queue/worker.js";
import type { Cell } from "../../src/study/cell-lines.js";
import { measured } from "../../src/study/measured.js";
import { bands, smallModel } from "../small-task.js";
import { RedisServer } from "./redis-server.js";

const dataset = await bands();
let redis: RedisServer;
let server: QueueServer;
let root: string;
beforeAll(async () => {
  redis = await RedisServer.start();
  server = await QueueServer.open(readConnection(redis.url), { onNotice() {} });
});
afterAll(async () => {
  await server.close();
  await redis.stop();
});
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "optimbench-"));
});
afterEach(async () => {
  await server.redis.flushall();
  rmSync(root, { recursive: true });
});

const small = { dataset, model: smallModel, epochs: 1, optimizers: ["adam", "sgd"], seeds: 10 } as const;
const ask = (config: object = {}, mostWaiting = 4) =>
  compare({
    ...small,
    executor: queue({ connection: redis.url, sendData: true, mostWaiting }),
    ...config,
  });
const alone = compare({ ...small }).then(({ runs }) => runs.map(measured));

async function withWorker<Result>(run: typeof runCell, work: () => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  const { signal } = controller;
  const ended = runWorker({ connection: redis.url, threads: 1, signal }, false, run);
  try {
    return await work();
  } finally {
    controller.abort();
    await ended;
  }
}
/** The number of runs that wait on the server. */
async function waiting(): Promise<number> {
  const [list] = await server.redis.keys("optimbench:*:wait");
  return list === undefined ? 0 : server.redis.llen(list);
}
async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe("the runs of a study", () => {
  it("are submitted a few at a time, and all of them run once", async () => {
    const notices: string[] = [];
    const study = ask({ onNotice: (text: string) => void notices.push(text) });
    await until(async () => (await waiting()) === 4);
    const [status] = (await queueStatus(server)).studies;
    expect(status).toMatchObject({ cells: 20, waiting: 20, finished: 0 });
    let most = 0;
    const ran: string[] = [];
    const run: typeof runCell = async (key, ...rest) => {
      ran.push(key);
      most = Math.max(most, await waiting());
      return runCell(key, ...rest);
    };
    const { runs } = await withWorker(run, () => study);
    expect(most).toBeLessThanOrEqual(4);
    expect(runs.map(measured)).toEqual(await alone);
    expect(new Set(ran).size).toBe(20);
    expect(ran).toHaveLength(20);
    expect(notices).toContainEqual(
      expect.stringMatching(/^Submitted 4 runs to .+ 16 more runs will follow as these finish\.$/),
    );
  });

  it("are submitted further by the same command, if it was interrupted", async () => {
    const folder = join(root, "left");
    const away = new AbortController();
    const notices: string[] = [];
    const onNotice = (text: string) => void notices.push(text);
    const left = ask({ folder, signal: away.signal, onNotice });
    await until(async () => (await waiting()) === 4);
    away.abort();
    await left;
    expect(notices.at(-1)).toMatch(
      /^4 runs of study \w+ stay in the queue, .+ collects the results and submits 16 more runs;/,
    );
    await withWorker(runCell, async () => {
      await until(async () => (await queueStatus(server)).studies[0]?.uncollected === 4);
      expect((await queueStatus(server)).studies[0]).toMatchObject({ waiting: 16, finished: 4 });
      expect((await ask({ folder })).runs.map(measured)).toEqual(await alone);
    });
  });

  it("are submitted again if the server has lost them", async () => {
    const study = ask();
    await until(async () => (await waiting()) === 4);
    await server.redis.flushall();
    const { runs } = await withWorker(runCell, () => study);
    expect(runs.map(measured)).toEqual(await alone);
  });
});

it("a record of several MB passes the server whole", async () => {
  const sent: Cell[] = [];
  const run: typeof runCell = async (...work) => {
    const cell = (await runCell(...work))!;
    const [epoch] = cell.record.history;
    const history = Array.from({ length: 17_000 }, (_, i) => ({
      ...epoch!,
      epoch: i,
      learningRate: Math.sin(i), // which hardly compresses
      train: { loss: Math.cos(i), accuracy: Math.sin(i) ** 2 },
    }));
    sent.push({ ...cell, record: { ...cell.record, history } });
    return sent.at(-1);
  };
  const { runs } = await withWorker(run, () => ask({ seeds: 1, optimizers: ["adam"] }));
  expect(JSON.stringify(sent[0]).length).toBeGreaterThan(5e6);
  expect(runs).toEqual([sent[0]!.record]);
});
