import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { datasetChecksum } from "../../src/data/dataset-checksum.js";
import { loadDataset } from "../../src/data/load-dataset.js";
import { nativeInfo, preloadNative } from "../../src/native/addon.js";
import { numericsHere } from "../../src/native/numerics.js";
import { whyNotHere } from "../../src/queue/compatibility.js";
import { readConnection } from "../../src/queue/connection.js";
import { MOST_SENT, receiveDataset, sendDataset } from "../../src/queue/sent-data.js";
import { QueueServer } from "../../src/queue/server.js";
import { StudyData } from "../../src/queue/study-data.js";
import type { StudyEntry } from "../../src/queue/study-entry.js";
import { packageVersion } from "../../src/system/package-root.js";
import { bands } from "../small-task.js";
import { RedisServer } from "./redis-server.js";

await preloadNative();
const native = nativeInfo();
const here = numericsHere(native);
const entry = (changed: Partial<StudyEntry> = {}): StudyEntry => ({
  id: "0123456789abcdef",
  title: "comparison of adam",
  priority: 0,
  cells: 1,
  left: 0,
  submittedAt: 0,
  optimbench: packageVersion,
  numerics: here,
  devices: ["cpu"],
  datasets: {},
  weights: [],
  allow: [],
  ...changed,
});

describe("a worker takes a study", () => {
  it("of its own versions and kernels", () => {
    expect(whyNotHere(entry(), native)).toBeUndefined();
    const elsewhere = { ...here, gpus: ["NVIDIA H100"], gpuKernels: "compiled", gpuNumerics: 1 };
    expect(whyNotHere(entry({ numerics: elsewhere }), native)).toBeUndefined();
  });

  it("and otherwise says what differs", () => {
    expect(whyNotHere(entry({ optimbench: "9.9.9" }), native)).toBe(
      `it was submitted by optimbench 9.9.9, and this is ${packageVersion}`,
    );
    expect(whyNotHere(entry({ numerics: { ...here, libtorch: "1.0.0" } }), native)).toBe(
      `it needs libtorch 1.0.0 instead of ${here.libtorch}`,
    );
    expect(whyNotHere(entry({ numerics: { ...here, kernels: "neon" } }), native)).toBe(
      `it needs kernels neon instead of ${here.kernels}. Submitted with --allow mixed-kernels, it could run here`,
    );
    expect(whyNotHere(entry({ devices: ["cuda:7"] }), native)).toBe("it needs the device cuda:7");
    const compiled = { ...here, gpuKernels: "compiled" };
    expect(whyNotHere(entry({ devices: ["cuda:0"], numerics: compiled }), native)).toMatch(
      /^it needs kernels of GPUs compiled instead of none\. Submitted with --allow mixed-kernels/,
    );
  });

  it("of other kernels if these may be mixed, but of no other libtorch", () => {
    const other = { ...here, kernels: "neon", instructionSet: "NEON", arch: "arm64", processor: "Other" };
    expect(whyNotHere(entry({ numerics: other, allow: ["mixed-kernels"] }), native)).toBeUndefined();
    const older = { ...other, libtorch: "1.0.0" };
    expect(whyNotHere(entry({ numerics: older, allow: ["mixed-kernels"] }), native)).toContain(
      "libtorch 1.0.0",
    );
  });
});

describe("the data of a study", () => {
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

  it("passes the server in chunks, with all its parts", async () => {
    const count = 3000;
    const labels = Uint8Array.from({ length: count }, (_, i) => i % 2);
    const dataset = await loadDataset({
      name: "noise",
      images: new Uint8Array(randomBytes(count * 32 * 32)),
      labels,
      groups: Uint32Array.from({ length: count }, (_, i) => i >> 1),
      height: 32,
      width: 32,
      classNames: ["even", "odd"],
      test: { images: new Uint8Array(32 * 32 * 2), labels: labels.slice(0, 2) },
    });
    const sum = await datasetChecksum(dataset);
    await sendDataset(server, sum, dataset);
    expect(await server.redis.hlen(server.key("data", sum))).toBe(4); // three chunks of 1 MiB, and what they are
    const received = await receiveDataset(server, sum);
    expect(Buffer.from(received!.images).equals(dataset.images)).toBe(true);
    expect({ ...received, images: [] }).toEqual({ ...dataset, images: [] });
    expect(await datasetChecksum(received!)).toBe(sum);
    await server.redis.hdel(server.key("data", sum), "1");
    await expect(receiveDataset(server, sum)).rejects.toMatchObject({
      code: "DATA",
      message: 'The dataset on the server is damaged: its part "1" is missing or too large.',
    });
    await server.redis.del(server.key("data", sum));
    expect(await receiveDataset(server, sum)).toBeUndefined();
  });

  it("is refused before anything is sent if it is too large", async () => {
    const dataset = { ...(await bands()), images: { byteLength: MOST_SENT } as Uint8Array };
    await expect(sendDataset(server, "0", dataset)).rejects.toMatchObject({
      code: "CONFIG",
      message: expect.stringContaining('The dataset "bands" has 257 MiB, but at most 256 MiB are sent'),
    });
    expect(await server.redis.exists(server.key("data", "0"))).toBe(0);
  });

  it("must have the study's checksum, and is loaded once", async () => {
    const data = new StudyData(server);
    const dataset = await loadDataset("digits");
    const needed = { sha256: await datasetChecksum(dataset), isSent: false, source: { dataset: "digits" } };
    expect(await data.of(needed)).toBe(await data.of(needed));
    await expect(data.of({ ...needed, sha256: "0".repeat(64) })).rejects.toMatchObject({
      code: "DATA",
      message: expect.stringContaining('The dataset "digits" on this machine differs from that of the study'),
    });
    const elsewhere = { ...needed.source, dataDir: "/missing" };
    expect((await data.of({ ...needed, source: elsewhere })).name).toBe("digits");
    const loaded = await data.of(needed);
    data.keepOnly([]);
    expect(await data.of(needed)).toEqual(loaded);
  });
});
