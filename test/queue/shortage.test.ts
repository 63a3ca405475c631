import { mkdirSync, mkdtempSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { compare, queue, runWorker } from "../../src/index.js";
import { readConnection } from "../../src/queue/connection.js";
import { QueueServer } from "../../src/queue/server.js";
import { cancelStudy, listStudies } from "../../src/queue/study-entry.js";
import { measured } from "../../src/study/measured.js";
import { bands, smallModel } from "../small-task.js";
import { RedisServer } from "./redis-server.js";

const dataset = await bands();
let redis: RedisServer;
let client: Redis;
let root: string;
beforeEach(async () => {
  redis = await RedisServer.start();
  client = new Redis(redis.url);
  root = mkdtempSync(join(tmpdir(), "optimbench-"));
});
afterEach(async () => {
  client.disconnect();
  await redis.stop();
  rmSync(root, { recursive: true });
});

const small = { dataset, model: smallModel, epochs: 1, optimizers: ["adam", "sgd"], seeds: 3 } as const;
const executor = () => queue({ connection: redis.url, sendData: true });
const memoryOf = (bytes: number) => client.config("SET", "maxmemory", String(bytes));
const isFull = () => memoryOf(1);
const hasSpace = () => memoryOf(0);

const until = (isTrue: () => boolean) => vi.waitUntil(isTrue, { timeout: 60_000 });

/** A worker in this process. */
function work(onCell = () => {}) {
  const controller = new AbortController();
  const notices: string[] = [];
  const ended = runWorker({
    connection: redis.url,
    threads: 1,
    signal: controller.signal,
    onNotice: (text) => void notices.push(text),
    onCell,
  });
  return {
    notices,
    async end() {
      controller.abort();
      await ended;
    },
  };
}

const REFUSED =
  /^The Redis server at 127\.0\.0\.1:\d+ refused a command: OOM command not allowed when used memory > 'maxmemory'\. Raise its maxmemory, or cancel a study \(optimbench queue cancel\)\. It is tried again\.$/;
const ACCEPTED = /^The Redis server at 127\.0\.0\.1:\d+ accepts commands again\.$/;

describe("a server whose memory is full", () => {
  it("is waited for by a study that is to be submitted, and by its workers", async () => {
    await isFull();
    const notices: string[] = [];
    const study = compare({ ...small, executor: executor(), onNotice: (text) => void notices.push(text) });
    const worker = work();
    await until(() => [...notices, ...worker.notices].filter((text) => REFUSED.test(text)).length === 2);
    await hasSpace();
    expect((await study).runs.map(measured)).toEqual((await compare(small)).runs.map(measured));
    await worker.end();
    const ofServer = notices.filter((text) => text.startsWith("The Redis server"));
    expect(ofServer).toEqual([expect.stringMatching(REFUSED), expect.stringMatching(ACCEPTED)]);
    expect(worker.notices).toEqual([expect.stringMatching(REFUSED), expect.stringMatching(ACCEPTED)]);
  });

  it("is waited for in a run, after which nothing is lost or doubled", async () => {
    let cells = 0;
    const worker = work(() => void cells++);
    const long = { ...small, epochs: 100 };
    const study = compare({ ...long, folder: join(root, "study"), executor: executor() });
    await until(() => cells === 2);
    await isFull();
    await until(() => worker.notices.some((text) => REFUSED.test(text)));
    expect(cells).toBeLessThan(6);
    await hasSpace();
    const { runs, failed } = await study;
    await worker.end();
    expect(failed).toBeUndefined();
    expect(runs.map(measured)).toEqual((await compare(long)).runs.map(measured));
    expect(cells).toBe(6);
  });

  it("does not keep a worker from ending", async () => {
    await isFull();
    const worker = work();
    await until(() => worker.notices.length > 0);
    await worker.end();
  });

  it("removes a study that is cancelled, and tells who follows it", async () => {
    const notices: string[] = [];
    const study = compare({
      ...small,
      folder: join(root, "cancelled"),
      executor: executor(),
      onNotice: (text) => void notices.push(text),
    });
    await until(() => notices.some((text) => text.startsWith("Submitted")));
    await isFull();
    const server = await QueueServer.open(readConnection(redis.url), { onNotice() {} });
    const { id } = (await listStudies(server))[0]!;
    await cancelStudy(server, id);
    await server.close();
    expect((await study).runs).toEqual([]);
    expect(notices.at(-1)).toBe(`Study ${id} was cancelled: 6 runs did not run.`);
    expect(await client.keys("*")).toEqual([`optimbench:cancelled:${id}`]);
    expect(await client.ttl(`optimbench:cancelled:${id}`)).toBeGreaterThan(0);
  });
});

it("a server that cannot write to its disk is waited for, with the advice to free space", async () => {
  // A folder in the place of a snapshot makes it fail, and Redis then refuses to change anything.
  const [, folder] = (await client.config("GET", "dir")) as [string, string];
  mkdirSync(join(folder, "dump.rdb"));
  await client.config("SET", "save", "3600 1");
  await client.bgsave();
  const worker = work();
  await until(() => worker.notices.length > 0);
  expect(worker.notices[0]).toMatch(
    /refused a command: MISCONF .+\. If its disk is full, free space there\. It is tried again\.$/,
  );
  rmdirSync(join(folder, "dump.rdb"));
  await client.bgsave();
  const { runs } = await compare({ ...small, executor: executor() });
  expect(runs).toHaveLength(6);
  await worker.end();
});

describe("a server that removes keys if its memory is full", () => {
  const policyIs = (policy: string) => client.config("SET", "maxmemory-policy", policy);

  it("is rejected if it removes any key", async () => {
    await policyIs("allkeys-lru");
    await memoryOf(2 ** 30);
    const error = {
      code: "QUEUE",
      message: `The Redis server at 127.0.0.1:${redis.port} removes any key if its memory is full, so it would lose runs. Set its maxmemory-policy to noeviction, not allkeys-lru.`,
    };
    await expect(compare({ ...small, executor: executor() })).rejects.toMatchObject(error);
    await expect(runWorker({ connection: redis.url })).rejects.toMatchObject(error);
  });

  it("is used with a notice if it removes locks only, and without one if its memory has no limit", async () => {
    const risks = async () => {
      const server = await QueueServer.open(readConnection(redis.url), { onNotice() {} });
      const all = await server.risks();
      await server.close();
      return all;
    };
    await policyIs("volatile-lru");
    expect(await risks()).toEqual([]);
    await memoryOf(2 ** 30);
    expect(await risks()).toEqual([
      `The Redis server at 127.0.0.1:${redis.port} removes locks of runs if its memory is full, which then run twice. Set its maxmemory-policy to noeviction, not volatile-lru.`,
    ]);
  });
});
