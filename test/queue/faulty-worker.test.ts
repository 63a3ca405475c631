import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { OptimbenchError } from "../../src/errors.js";
import { compare, queue } from "../../src/index.js";
import { readConnection } from "../../src/queue/connection.js";
import { runCell } from "../../src/queue/run-cell.js";
import { QueueServer } from "../../src/queue/server.js";
import { queueStatus } from "../../src/queue/status.js";
import { runWorker } from "../../src/queue/worker.js";
import { isServed } from "../../src/queue/worker-entry.js";
import { measured } from "../../src/study/measured.js";
import { bands, smallModel } from "../small-task.js";
import { RedisServer } from "./redis-server.js";

/** The host of the next worker. */
const place = vi.hoisted(() => ({ host: "" }));
vi.mock("node:os", async (original) => ({
  ...(await original<typeof import("node:os")>()),
  hostname: () => place.host,
}));

const dataset = await bands();
let redis: RedisServer;
let server: QueueServer;
beforeAll(async () => {
  redis = await RedisServer.start();
  server = await QueueServer.open(readConnection(redis.url), { onNotice() {} });
});
afterAll(async () => {
  await server.close();
  await redis.stop();
});
afterEach(() => server.redis.flushall());

const small = { dataset, model: smallModel, epochs: 1, optimizers: ["adam", "sgd"], seeds: 5 } as const;
const ask = () => compare({ ...small, executor: queue({ connection: redis.url, sendData: true }) });

/** A worker on a host. `before` is what it does before each run. Tells the keys that it tried, and what it said. */
function worker(host: string, before: (key: string) => Promise<void> = async () => {}) {
  place.host = host;
  const tried: string[] = [];
  const said: string[] = [];
  const controller = new AbortController();
  const run: typeof runCell = async (key, ...rest) => {
    tried.push(key);
    await before(key);
    return runCell(key, ...rest);
  };
  const onNotice = (text: string) => void said.push(text);
  const { signal } = controller;
  const ended = runWorker({ connection: redis.url, threads: 1, signal, onNotice }, false, run);
  return {
    tried,
    said,
    async stop() {
      controller.abort();
      await ended;
    },
  };
}

async function until(isTrue: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 20));
}
const isServedByOne = async () => {
  const [study] = (await queueStatus(server)).studies;
  return study !== undefined && (await isServed(server, study.id));
};
function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((each) => {
    resolve = each;
  });
  return { promise, resolve };
}
const full = async () => {
  throw new OptimbenchError("FILE", "Cannot write x: no space left on the device.");
};

describe("a worker with a lasting fault", () => {
  it("fails no run for good, and leaves the study to others after three in a row", async () => {
    const study = ask();
    const released = deferred();
    const good = worker("good", () => released.promise);
    await until(isServedByOne);
    const faulty = worker("faulty", full);
    await until(() => faulty.said.some((text) => text.startsWith("Leaves study")));
    expect(new Set(faulty.tried).size).toBe(3);
    expect(faulty.tried).toHaveLength(3);
    const why = "the last 3 runs failed here: Cannot write x: no space left on the device. (on faulty)";
    expect(faulty.said.at(-1)).toMatch(/^Leaves study \w+ \(comparison of .+\) to other workers: /);
    expect(faulty.said.at(-1)).toContain(why);
    await until(async () =>
      (await queueStatus(server)).workers.some(({ leaves }) => Object.values(leaves).includes(why)),
    );
    released.resolve();
    const { runs, failed } = await study;
    for (const { stop } of [good, faulty]) await stop();
    expect(failed).toBeUndefined();
    expect(runs.map(measured)).toEqual((await compare({ ...small })).runs.map(measured));
    expect(good.tried).toHaveLength(10);
  });

  it("does not try a run again that failed there while another host takes the study's runs", async () => {
    const study = ask();
    const released = deferred();
    const good = worker("good", () => released.promise);
    await until(isServedByOne);
    const own = async () => {
      throw new OptimbenchError("CONFIG", "this fails anywhere");
    };
    const other = worker("other", own);
    await until(() => other.tried.length === 9);
    await new Promise((resolve) => setTimeout(resolve, 3000)); // in which it would try them again
    expect(new Set(other.tried).size).toBe(9);
    expect(other.said.some((text) => text.startsWith("Leaves study"))).toBe(false); // a fault of the runs is not the machine's
    released.resolve();
    expect((await study).failed).toBeUndefined();
    expect(other.tried).toHaveLength(9);
    for (const { stop } of [good, other]) await stop();
  });

  it("tries runs three times if it is alone", async () => {
    const study = ask();
    const { tried, stop } = worker("alone", full);
    expect((await study).failed).toHaveLength(10);
    await stop();
    expect(tried).toHaveLength(30);
    expect(new Set(tried).size).toBe(10);
  });
});
