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

const small = { dataset, model: smallModel, epochs: 1, optimizers: ["adam", "sgd"], seeds: 3 } as const;
const ask = (folder: string, config: object = {}) =>
  compare({ ...small, folder, executor: queue({ connection: redis.url, sendData: true }), ...config });

/** Waits until something holds. */
async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 20));
}
const followers = async () => {
  const [key] = await server.redis.keys("optimbench:followers:*");
  return key === undefined ? 0 : server.redis.zcard(key);
};

/** A worker on which runs of Adam fail, and others wait for something. Tells the optimizers that it tried. */
function worker(concurrency = 1, others = Promise.resolve()) {
  const tries: string[] = [];
  const controller = new AbortController();
  const run: typeof runCell = async (key, config, ...rest) => {
    tries.push(config.optimizer.name);
    if (config.optimizer.name === "adam") throw new Error("no luck");
    await others;
    return runCell(key, config, ...rest);
  };
  const options = { connection: redis.url, threads: 1, concurrency, signal: controller.signal };
  const ended = runWorker(options, false, run);
  return {
    tries,
    async stop() {
      controller.abort();
      await ended;
    },
  };
}
const timesAdam = (tries: readonly string[]) => tries.filter((name) => name === "adam").length;

describe("two processes that ask for the same study at the same time", () => {
  it("both follow it, and a run that failed runs again only when it is asked for after the study has ended", async () => {
    const folder = join(root, "shared");
    const both = [ask(folder), ask(folder)];
    await until(async () => (await followers()) === 2);
    const { tries, stop } = worker();
    const studies = await Promise.all(both);
    for (const { runs, failed } of studies) {
      expect(runs.map(({ config }) => config.optimizer.name)).toEqual(["sgd", "sgd", "sgd"]);
      expect(failed?.map(({ reason }) => reason)).toEqual(Array(3).fill(expect.stringMatching(/^no luck/)));
    }
    expect(timesAdam(tries)).toBe(9);
    expect(tries).toHaveLength(12);
    await ask(folder);
    expect(timesAdam(tries)).toBe(18);
    await stop();
    expect(await server.redis.keys("*")).toEqual([]);
  });

  it("both get a failure that happened before the second one asked", async () => {
    const folder = join(root, "shared");
    const first = ask(folder);
    await until(async () => (await followers()) === 1);
    let release = () => {};
    const others = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { tries, stop } = worker(6, others);
    await until(async () => (await queueStatus(server)).studies[0]?.failed === 3);
    const second = ask(folder);
    await until(async () => (await followers()) === 2);
    release();
    const [a, b] = await Promise.all([first, second]);
    await stop();
    expect(a.failed).toHaveLength(3);
    expect(b.failed).toEqual(a.failed);
    expect(timesAdam(tries)).toBe(9);
  });

  it("each get their own runs, if one asks for more", async () => {
    const folder = join(root, "grown");
    const few = ask(folder, { optimizers: ["sgd"], seeds: 1 });
    await until(async () => (await followers()) === 1);
    const many = ask(folder, { optimizers: ["sgd"], seeds: 6 });
    await until(async () => (await followers()) === 2);
    const { tries, stop } = worker();
    expect((await few).runs.length).toBeGreaterThanOrEqual(1);
    expect((await many).runs.map(measured)).toEqual(
      (await compare({ ...small, optimizers: ["sgd"], seeds: 6 })).runs.map(measured),
    );
    await stop();
    expect(tries).toHaveLength(6);
  });
});
