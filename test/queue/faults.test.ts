import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { compare, queue, runWorker } from "../../src/index.js";
import { readConnection } from "../../src/queue/connection.js";
import { QueueServer } from "../../src/queue/server.js";
import { type QueueStatus, queueStatus } from "../../src/queue/status.js";
import { measured } from "../../src/study/measured.js";
import { packageRoot } from "../../src/system/package-root.js";
import { bands, smallModel } from "../small-task.js";
import { RedisServer } from "./redis-server.js";

/** Optimizers whose runs fail on a worker, and all that were tried. */
const { failing, tries } = vi.hoisted(() => ({ failing: new Set<string>(), tries: [] as string[] }));
vi.mock("../../src/queue/run-cell.js", async (original) => {
  const { runCell } = await original<typeof import("../../src/queue/run-cell.js")>();
  return {
    async runCell(...work: Parameters<typeof runCell>) {
      const { name } = work[1].optimizer;
      if (failing.size > 0) tries.push(name);
      if (failing.has(name)) throw new Error("the disk is on fire");
      return runCell(...work);
    },
  };
});

const dataset = await bands();
let redis: RedisServer;
let children: ChildProcess[] = [];
beforeEach(async () => {
  redis = await RedisServer.start();
});
afterEach(async () => {
  for (const child of children) await killed(child);
  children = [];
  await redis.stop();
});

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** A worker that can be killed. Its clock is wrong by some hours. */
function workerProcess(hours = 0): ChildProcess {
  const main = join(packageRoot, "dist", "cli", "main.js");
  const child = spawn(process.execPath, [main, "worker", redis.url, "--threads", "1", "--lock", "2"], {
    stdio: "ignore",
    env: { ...process.env, NODE_OPTIONS: `--import "${clockOf(hours)}"` },
  });
  children.push(child);
  return child;
}

const clockOf = (hours: number) =>
  `data:text/javascript,${encodeURIComponent(`const { now } = Date; Date.now = () => now() + ${hours * 3_600_000};`)}`;

const small = { dataset, model: smallModel, optimizers: ["adam"], seeds: 1 } as const;
const ask = (config: object = {}) =>
  compare({ ...small, epochs: 1, executor: queue({ connection: redis.url, sendData: true }), ...config });

async function until(isTrue: (status: QueueStatus) => boolean): Promise<void> {
  const server = await QueueServer.open(readConnection(redis.url), { onNotice() {} });
  await vi.waitUntil(async () => isTrue(await queueStatus(server)), { timeout: 200_000, interval: 50 });
  await server.close();
}
const isPoisoned =
  (worker: ChildProcess) =>
  ({ workers }: QueueStatus) =>
    workers.some(({ pid, cells }) => pid === worker.pid && cells.some(({ label }) => label === "poisoned"));
const isRunning = ({ studies }: QueueStatus) => studies.some(({ running }) => running === 1);

/** A worker in this process, which ends with the work. */
async function withWorker<Result>(work: () => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  const { signal } = controller;
  const ended = runWorker({ connection: redis.url, threads: 1, lockSeconds: 2, signal });
  try {
    return await work();
  } finally {
    controller.abort();
    await ended;
  }
}

const LONG = 100_000;
const HASH = expect.stringMatching(/^[0-9a-f]{64}$/);

describe("a run in a queue", () => {
  it("starts again elsewhere when its worker is killed", async () => {
    const study = ask({ epochs: 100 });
    const first = workerProcess();
    await until(isRunning);
    await killed(first);
    const { runs } = await withWorker(() => study);
    const [alone] = (await compare({ ...small, epochs: 100 })).runs;
    expect(runs.map(measured)).toEqual([measured(alone!)]);
  });

  it("does not depend on the clocks of workers", async () => {
    const arms = { optimizers: ["adam", "sgd"], epochs: 4000 } as const;
    const study = ask(arms);
    for (const hours of [-3, 3]) workerProcess(hours);
    await until(
      ({ studies: [first], workers }) => workers.length === 2 && first?.running === 2 && first.failed === 0,
    );
    const { runs, failed } = await study;
    expect(failed).toBeUndefined();
    expect(runs.map(measured)).toEqual((await compare({ ...small, ...arms })).runs.map(measured));
  });

  it("is set aside when two workers have ended while they ran it, and the study goes on", async () => {
    const arms = [{ name: "poisoned", epochs: LONG }, { name: "harmless" }];
    const { optimizers: _, ...rest } = small;
    const study = compare({
      ...rest,
      epochs: 1,
      arms,
      executor: queue({ connection: redis.url, sendData: true }),
    });
    for (let i = 0; i < 2; i++) {
      const worker = workerProcess();
      await until(isPoisoned(worker));
      await killed(worker);
    }
    const { runs, failed } = await withWorker(() => study);
    expect(failed).toEqual([
      {
        key: HASH,
        label: "poisoned",
        seed: 0,
        reason: "Two workers ended while they ran it, so it was set aside.",
      },
    ]);
    expect(runs.map(({ config }) => config.name)).toEqual(["harmless"]);
  });

  it("that fails three times is kept as failed, and the study goes on", async () => {
    failing.add("adam");
    const { failed, runs } = await withWorker(() => ask({ optimizers: ["adam", "sgd"] }));
    failing.clear();
    expect(tries.toSorted()).toEqual(["adam", "adam", "adam", "sgd"]);
    expect(failed).toEqual([
      { key: HASH, label: "adam", seed: 0, reason: expect.stringMatching(/^the disk is on fire \(on .+\)$/) },
    ]);
    expect(runs.map(({ config }) => config.optimizer.name)).toEqual(["sgd"]);
  });

  it("survives that Redis is killed and restarted", async () => {
    const notices: string[] = [];
    const study = ask({ seeds: 6, epochs: 20, onNotice: (text: string) => void notices.push(text) });
    const { runs } = await withWorker(async () => {
      for (let i = 0; i < 2; i++) {
        await until(isRunning);
        await redis.kill();
        await redis.restart();
      }
      return study;
    });
    const alone = await compare({ ...small, seeds: 6, epochs: 20 });
    expect(runs.map(measured)).toEqual(alone.runs.map(measured));
  });

  it("is submitted again when Redis has lost it", async () => {
    const study = ask({ seeds: 2 });
    await until(({ studies }) => studies[0]?.waiting === 2);
    const server = await QueueServer.open(readConnection(redis.url), { onNotice() {} });
    await server.redis.flushall();
    await server.close();
    const { runs } = await withWorker(() => study);
    expect(runs).toHaveLength(2);
  });
});
