import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findingsOf } from "../../src/checks/check-study.js";
import { compare, queue } from "../../src/index.js";
import { runCell } from "../../src/queue/run-cell.js";
import { runWorker } from "../../src/queue/worker.js";
import type { WorkerOptions } from "../../src/queue/worker-options.js";
import { readStored } from "../../src/study/stored-study.js";
import { timingOf } from "../../src/study/timing.js";
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
afterEach(() => rmSync(root, { recursive: true }));

/** Trains a study by these workers. Its first two runs begin together if workers are able to. */
async function trainedBy(...workers: WorkerOptions[]) {
  const atOnce = workers.reduce((sum, { concurrency = 1 }) => sum + concurrency, 0);
  let begun = 0;
  let release = () => {};
  const areBegun = new Promise<void>((resolve) => {
    release = resolve;
  });
  const together: typeof runCell = async (...cell) => {
    begun++;
    if (begun >= atOnce) release();
    await areBegun;
    return runCell(...cell);
  };
  const controller = new AbortController();
  const shared = { connection: redis.url, threads: 1, signal: controller.signal };
  const ended = workers.map((options) => runWorker({ ...shared, ...options }, false, together));
  const folder = join(root, "study");
  try {
    const study = await compare({
      dataset,
      model: smallModel,
      optimizers: ["adam", "sgd"],
      seeds: 2,
      epochs: 1,
      folder,
      executor: queue({ connection: redis.url, sendData: true }),
    });
    const { cells } = await readStored(folder);
    const recorded = new Set([...cells.values()].map(({ execution }) => execution));
    return { study, recorded: [...recorded] };
  } finally {
    controller.abort();
    await Promise.all(ended);
  }
}
const clock = (study: Parameters<typeof findingsOf>[0]) =>
  findingsOf(study).filter(({ check }) => check === "shared-clock-times");

describe("times of runs", () => {
  it("are comparable if one worker trained them one after another", async () => {
    const { study, recorded } = await trainedBy({});
    expect(recorded).toEqual(["sequential"]);
    expect(study.config.execution).toBe("sequential");
    expect(timingOf(study).note).toBeUndefined();
    expect(clock(study)).toEqual([]);
  });

  it("are not if a worker trained several at the same time", async () => {
    const { study, recorded } = await trainedBy({ concurrency: 2 });
    expect(recorded).toEqual(["parallel"]);
    expect(study.config.execution).toBe("parallel");
    expect(timingOf(study).isTimed).toBe(false);
    expect(clock(study)).toEqual([expect.objectContaining({ level: "note" })]);
  });

  it("are not if two workers on one machine trained at the same time", async () => {
    const { study, recorded } = await trainedBy({}, {});
    expect(recorded).toEqual(["sequential"]); // as each of them knows
    expect(study.config.execution).toBe("parallel");
    expect(clock(study)).toEqual([expect.objectContaining({ level: "note" })]);
  });
});
