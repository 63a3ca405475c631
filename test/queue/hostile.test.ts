import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { queueStatusText } from "../../src/cli/output/queue-status-text.js";
import { datasetChecksum } from "../../src/data/dataset-checksum.js";
import { compare, queue, runWorker } from "../../src/index.js";
import { readConnection } from "../../src/queue/connection.js";
import { prometheusText } from "../../src/queue/prometheus.js";
import { receiveDataset, sendDataset } from "../../src/queue/sent-data.js";
import { QueueServer } from "../../src/queue/server.js";
import { queueStatus } from "../../src/queue/status.js";
import { statusPage } from "../../src/queue/status-page.js";
import { queueStatusSchema } from "../../src/queue/status-schema.js";
import { cancelStudy, listStudies } from "../../src/queue/study-entry.js";
import { measured } from "../../src/study/measured.js";
import { bands, smallModel } from "../small-task.js";
import { RedisServer } from "./redis-server.js";

const dataset = await bands();
let redis: RedisServer;
let server: QueueServer;
beforeAll(async () => {
  redis = await RedisServer.start();
  server = await QueueServer.open(readConnection(redis.url), { onNotice() {} });
});
afterEach(() => server.redis.flushall());
afterAll(async () => {
  await server.close();
  await redis.stop();
});

const small = { dataset, model: smallModel, epochs: 1, optimizers: ["adam", "sgd"], seeds: 1 } as const;

/** Submits a study, changes the server before a worker starts, and returns the study and what was said. */
async function study(change: (id: string, keys: string[]) => Promise<void>, config: object = {}) {
  const notices: string[] = [];
  const onNotice = (text: string) => void notices.push(text);
  const epochs: unknown[] = [];
  const asked = compare({
    ...small,
    executor: queue({ connection: redis.url, sendData: true }),
    onNotice,
    onEpoch: (epoch) => void epochs.push(epoch),
    ...config,
  });
  let id: string | undefined;
  while (id === undefined || (await server.queue(id).getWaitingCount()) < 2)
    [id] = (await listStudies(server)).map((entry) => entry.id);
  await change(id, await server.queue(id).getRanges(["wait"], 0, -1));
  const controller = new AbortController();
  const ended = runWorker({
    connection: redis.url,
    threads: 1,
    lockSeconds: 1,
    signal: controller.signal,
    onNotice,
  });
  const result = await asked;
  controller.abort();
  await ended;
  return { result, notices, epochs };
}
const alone = compare({ ...small }).then(({ runs }) => runs.map(measured));

describe("what others wrote to the server", () => {
  it("as results is refused if it is damaged, of another run, or too large, and the runs run again", async () => {
    const { environment, runs } = await compare({ ...small, optimizers: ["rmsprop"] });
    const other = { host: "x", environment, execution: "sequential", record: runs[0]! };
    const kinds: readonly ((key: string) => Buffer)[] = [
      () => Buffer.from("no gzip"),
      () => gzipSync(Buffer.alloc(2 ** 27)),
      () => Buffer.alloc(2 ** 25 + 1),
      (key) => gzipSync(JSON.stringify({ key, host: "x", record: { status: "completed" } })),
      (key) => gzipSync(JSON.stringify({ ...other, key })),
    ];
    for (const kind of kinds) {
      const { result, notices } = await study(async (id, keys) => {
        for (const key of [...keys, "0".repeat(64), "../../x"])
          await server.redis.hset(server.key("results", id), key, kind(key));
      });
      expect(result.runs.map(measured)).toEqual(await alone);
      expect(
        notices.filter((text) =>
          text.includes("on the server is damaged, or of another run. It runs again."),
        ),
      ).toHaveLength(2);
    }
  });

  it("as jobs fails or is removed, and the runs of the study are trained", async () => {
    const { result, notices, epochs } = await study(async (id, [first]) => {
      const foreign = server.queue(id);
      await foreign.add("cell", { any: "thing" }, { jobId: "1".repeat(64), attempts: 1e9 });
      await foreign.add("cell", { config: "0", seed: 0, label: "x" }, { jobId: "../../../escaped" });
      await foreign.add("cell", { config: "\u001b[31m\n", seed: 0, label: "y" }, { jobId: "2".repeat(64) });
      await server.redis.hset(foreign.toKey(first!), "data", "{no json");
      await server.redis.xadd(
        foreign.toKey("events"),
        "*",
        "event",
        "progress",
        "jobId",
        first!,
        "data",
        "{no json",
      );
    });
    expect(result.runs.map(measured)).toEqual(await alone);
    expect(result.failed).toBeUndefined();
    expect(notices.filter((text) => /failed: It is not a run\.$/.test(text))).toHaveLength(2);
    expect(notices).toContainEqual(
      expect.stringMatching(/^Removed a job of study \w+ that cannot be read: /),
    );
    expect(epochs.every((epoch) => typeof (epoch as { epoch: unknown }).epoch === "number")).toBe(true);
  });

  it("as a config is refused if it is larger than a result may be", async () => {
    const { result } = await study(async (id) => {
      const place = server.key("configs", id);
      const large = Buffer.alloc(2 ** 26 + 1, " ");
      for (const name of await server.redis.hkeys(place)) await server.redis.hset(place, name, large);
    });
    expect(result.failed).toHaveLength(2);
    for (const { reason } of result.failed!) expect(reason).toContain("more than 64 MiB");
  });

  it("as entries and jobs is refused if it is much larger than theirs, and takes no process down", async () => {
    const huge = Buffer.alloc(300 * 2 ** 20, "[");
    const large = "0123456789abcdef";
    const told: string[] = [];
    const other = await QueueServer.open(readConnection(redis.url), {
      onNotice: (text) => void told.push(text),
    });
    await server.redis.hset(server.key("studies"), large, huge);
    await server.redis.zadd(server.key("workers"), 1e18, "evil");
    await server.redis.set(server.key("worker", "evil"), huge);
    const { result, notices } = await study(async (id, [first, second]) => {
      await server.redis.hset(server.queue(id).toKey(first!), "data", huge);
      await server.redis.hset(server.queue(id).toKey(second!), "progress", huge);
      expect(await queueStatus(other)).toMatchObject({ studies: [{ id }], workers: [] });
    });
    await other.close();
    expect(result.runs.map(measured)).toEqual(await alone);
    const ignored = `Ignores study ${large}, whose entry on the server has more than 4 MiB. Withdraw it: optimbench queue cancel ${large}`;
    expect(told).toEqual([ignored, "Ignores worker evil, whose entry on the server has more than 4 MiB."]);
    expect(notices).toContain(ignored);
    expect(notices).toContainEqual(
      expect.stringMatching(/^Removed 2 jobs of study \w+ of more than 4 MiB\.$/),
    );
    await cancelStudy(server, large);
    expect(await listStudies(server)).toEqual([]);
  });

  it("as studies and workers is left out, or shown on one line", async () => {
    const wild = `<script>alert(1)</script>\u001b[2J\nworker evil: 1 run\u202e "'${"x".repeat(100_000)}`;
    const numerics = {
      numerics: 1,
      libtorch: null,
      instructionSet: null,
      kernels: null,
      platform: "",
      arch: "",
      processor: "",
    };
    const entry = {
      id: "0123456789abcdef",
      title: wild,
      priority: 0,
      cells: 1,
      left: 0,
      submittedAt: 0,
      optimbench: "0",
      numerics,
      devices: [],
      datasets: {},
      weights: [],
      allow: [],
    };
    await server.redis.hset(server.key("studies"), {
      [entry.id]: JSON.stringify(entry),
      'a"b:c': JSON.stringify({ ...entry, id: 'a"b:c' }),
      "1123456789abcdef": JSON.stringify(entry),
      "2123456789abcdef": JSON.stringify({ ...entry, id: "2123456789abcdef", submittedAt: 1e300 }),
      x: "{",
    });
    const worker = {
      id: wild,
      host: wild,
      pid: 1,
      optimbench: wild,
      concurrency: 1,
      finished: 0,
      rates: { [entry.id]: 1 },
      cells: [{ study: wild, label: wild, seconds: 1 }],
      leaves: { [wild]: wild },
    };
    for (const [id, said] of [
      ["w", worker],
      ["v", { ...worker, rates: { [entry.id]: -5 } }],
      ["u", "{"],
      ["t", undefined],
    ] as const) {
      await server.redis.zadd(server.key("workers"), 1e18, id);
      if (said !== undefined) await server.redis.set(server.key("worker", id), JSON.stringify(said));
    }
    await server.queue(entry.id).add("cell", null, { jobId: "z" });
    const taker = server.taker(entry.id, 1000, "test");
    const job = (await taker.getNextJob("t", { block: false }))!;
    await job.moveToFailed(Object.assign(new Error(wild), { name: "UnrecoverableError" }), "t");
    await server.redis.hset(server.queue(entry.id).toKey("z"), "data", "{");
    const status = await queueStatus(server);
    queueStatusSchema.parse(status);
    expect(status.studies.map(({ id }) => id)).toEqual([entry.id]);
    expect(status.workers).toHaveLength(1);
    const text = queueStatusText(status);
    expect(text.split("\n")).toHaveLength(10);
    expect(text).not.toMatch(/\p{C}(?<!\n)/u);
    expect(statusPage(status)).not.toContain("<script>");
    for (const shown of [text, prometheusText(status), statusPage(status)])
      expect(shown.length).toBeLessThan(20_000);
    for (const line of prometheusText(status).trimEnd().split("\n"))
      expect(line).toMatch(/^(# (HELP|TYPE) .+|\w+(\{study="\w+"\})? [\d.]+)$/);
  });

  it("as a dataset is checked as arrays of a program are, also if it has the right checksum", async () => {
    const whole = {
      name: dataset.name,
      height: dataset.height,
      width: dataset.width,
      channels: 1,
      classes: dataset.classes,
    };
    const { images, count } = dataset;
    for (const [wrong, problem] of [
      [{ ...whole, images, count, labels: new Uint8Array(count).fill(200) }, "is 200, but with"],
      [{ ...whole, images: images.slice(1), count, labels: dataset.labels }, "need"],
      [{ ...whole, height: -1, images, count, labels: dataset.labels }, "height"],
    ] as const) {
      const sum = await datasetChecksum(wrong as typeof dataset);
      await sendDataset(server, sum, wrong as typeof dataset);
      await expect(receiveDataset(server, sum)).rejects.toMatchObject({
        code: "DATA",
        message: expect.stringContaining(problem),
      });
    }
    const sum = await datasetChecksum(dataset);
    await sendDataset(server, sum, dataset);
    await server.redis.hset(server.key("data", sum), "0", Buffer.alloc(2 ** 20 + 1));
    await expect(receiveDataset(server, sum)).rejects.toMatchObject({ code: "DATA" });
  });
});
