import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { OptimbenchError } from "../../src/errors.js";
import { compare, queue, runWorker } from "../../src/index.js";
import { readConnection } from "../../src/queue/connection.js";
import { QueueServer } from "../../src/queue/server.js";
import { bands, smallModel } from "../small-task.js";
import { RedisServer } from "./redis-server.js";
import { CERTIFICATE, tlsProxy } from "./tls-proxy.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "optimbench-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

function fileOf(content: unknown): string {
  const path = join(root, "queue.json");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const SECRET = "correct-horse";
const problemOf = (work: () => unknown): OptimbenchError => {
  try {
    work();
  } catch (error) {
    if (error instanceof OptimbenchError) return error;
  }
  throw new Error("expected an OptimbenchError");
};

describe("a connection", () => {
  it("is read from an address, a file, settings or the environment", () => {
    const parts = { host: "host", port: 7000, db: 2, username: "bench", password: SECRET };
    const url = `redis://bench:${SECRET}@host:7000/2`;
    expect(readConnection(url)).toMatchObject({ ...parts, prefix: "optimbench", tls: undefined });
    expect(readConnection(fileOf({ url, prefix: "team-a" }), true)).toMatchObject({
      ...parts,
      prefix: "team-a",
    });
    const settings = { url: "redis://host:7000/2", username: "bench", password: SECRET };
    expect(readConnection(settings)).toMatchObject(parts);
    vi.stubEnv("OPTIMBENCH_QUEUE", url);
    expect(readConnection(undefined, true)).toMatchObject(parts);
    vi.stubEnv("OPTIMBENCH_QUEUE", "redis://host:7000/2");
    vi.stubEnv("OPTIMBENCH_QUEUE_USERNAME", "bench");
    vi.stubEnv("OPTIMBENCH_QUEUE_PASSWORD", SECRET);
    expect(readConnection(undefined)).toMatchObject(parts);
    const other = { username: "other", password: "other" };
    expect(readConnection({ url: "redis://host", ...other })).toMatchObject(other); // settings come before the environment
    expect(readConnection("redis://other:other@host")).toMatchObject(other);
    expect(readConnection("rediss://[::1]")).toMatchObject({ host: "::1", port: 6379, db: 0, tls: {} });
  });

  it("is not taken from a command with a password, which others could read", () => {
    const error = problemOf(() => readConnection(`redis://:${SECRET}@host`, true));
    expect(error.message).toContain("other users of this machine can read");
    expect(error.message).toContain("OPTIMBENCH_QUEUE_PASSWORD");
  });

  it("is rejected without its secrets in the message", () => {
    const wrong: readonly [unknown, string][] = [
      [`http://:${SECRET}@host`, "The address of the server is not valid."],
      [`redis://:${SECRET}@host/abc`, "Expected the number of a database"],
      [`redis://host?password=${SECRET}`, "begins with ? or #"],
      [`redis://host#${SECRET}`, "begins with ? or #"],
      [`redis://:${SECRET}%zz@host`, "has a % that is not followed by two hexadecimal digits"],
      [`redis://${SECRET}%@host`, "has a % that is not followed by two hexadecimal digits"],
      [`redis://:${SECRET}@`, "The address of the server is not valid."],
      [fileOf(`{"password": "${SECRET}"`), "is not JSON"],
      [{ url: "redis://host", password: [SECRET] }, "Expected a string for `password`."],
      [{ url: "redis://host", password: SECRET, prefix: "a:b" }, "Expected letters, digits"],
      [{ url: "redis://host", password: SECRET, pasword: SECRET }, "pasword"],
      [join(root, "missing"), "Cannot read"],
      [undefined, "There is no server."],
    ];
    for (const [given, message] of wrong) {
      const error = problemOf(() => readConnection(given as string));
      expect(error.message).toContain(message);
      expect(error.message).not.toContain(SECRET);
    }
  });
});

describe("a server", () => {
  const open = (connection: Parameters<typeof readConnection>[0]) =>
    QueueServer.open(readConnection(connection), { onNotice() {} });

  it("asks for user and password, which no error repeats", async () => {
    const redis = await RedisServer.start(
      ...["--user", "bench", "on", `>${SECRET}`, "~*", "&*", "+@all"],
      ...["--user", "default", "off"],
    );
    try {
      const server = await open({ url: redis.url, username: "bench", password: SECRET });
      expect(await server.redis.ping()).toBe("PONG");
      await server.close();
      for (const password of [undefined, "wrong-horse"]) {
        const error = await open({ url: redis.url, ...(password && { username: "bench", password }) }).catch(
          (each) => each,
        );
        expect(error).toMatchObject({ code: "QUEUE" });
        expect(error.message).toMatch(
          /^Cannot connect to the Redis server at 127\.0\.0\.1:\d+: (NOAUTH|WRONGPASS)/,
        );
        expect(error.message).not.toContain("horse");
      }
    } finally {
      await redis.stop();
    }
  });

  it("is reached with TLS if its certificate is that of the settings, whose paths begin where they are", async () => {
    const redis = await RedisServer.start();
    const proxy = await tlsProxy(redis.port);
    try {
      writeFileSync(join(root, "ca.pem"), CERTIFICATE);
      const server = await open(fileOf({ url: proxy.url, tls: { ca: "ca.pem" } }));
      expect(await server.redis.ping()).toBe("PONG");
      await server.close();
      const notices: string[] = [];
      const onNotice = (text: string) => void notices.push(text);
      for (const isPatient of [false, true])
        await expect(
          QueueServer.open(readConnection(proxy.url), { isPatient, onNotice }),
        ).rejects.toMatchObject({
          code: "QUEUE",
          message: expect.stringMatching(/: self-signed certificate\. .* as `tls\.ca` in the settings\.$/),
        });
      expect(notices).toEqual([]);
      await expect(open(proxy.url.replace("rediss:", "redis:"))).rejects.toMatchObject({
        code: "QUEUE",
        message: expect.stringContaining("If it expects TLS, its address begins with rediss://."),
      });
      const missing = problemOf(() => readConnection(fileOf({ url: proxy.url, tls: { ca: "no.pem" } })));
      expect(missing.message).toContain(
        `${join(root, "no.pem")}: no such file or folder. Expected the \`tls.ca\``,
      );
    } finally {
      proxy.close();
      await redis.stop();
    }
  });

  it("refuses a user who may not use its keys, and says which these are", async () => {
    const redis = await RedisServer.start(
      ...[
        "--user",
        "bench",
        "on",
        `>${SECRET}`,
        "~team-a:*",
        "&*",
        "+@all",
        "-@admin",
        "-@dangerous",
        "+info",
      ],
      ...["--user", "default", "off"],
    );
    try {
      const settings = { url: redis.url, username: "bench", password: SECRET };
      const executor = (prefix?: string) =>
        queue({ connection: { ...settings, ...(prefix && { prefix }) }, sendData: true });
      const config = {
        dataset: await bands(),
        model: smallModel,
        epochs: 0,
        optimizers: ["adam"],
        seeds: 1,
      } as const;
      const controller = new AbortController();
      const ended = runWorker({ connection: { ...settings, prefix: "team-a" }, signal: controller.signal });
      expect((await compare({ ...config, executor: executor("team-a") })).runs).toHaveLength(1);
      controller.abort();
      await ended;
      const error = await compare({ ...config, executor: executor() }).catch((each) => each);
      expect(error).toMatchObject({ code: "QUEUE" });
      expect(error.message).toMatch(/ NOPERM .*\. All keys begin with "optimbench:"\.$/);
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(SECRET);
    } finally {
      await redis.stop();
    }
  });

  it("that is not there is an error at once, or is waited for", async () => {
    const redis = await RedisServer.start();
    await redis.kill();
    await expect(open(redis.url)).rejects.toMatchObject({
      code: "QUEUE",
      message: expect.stringMatching(
        /^Cannot connect to the Redis server at 127\.0\.0\.1:\d+: .*ECONNREFUSED/,
      ),
    });
    const notices: string[] = [];
    const onNotice = (text: string) => void notices.push(text);
    const waiting = QueueServer.open(readConnection(redis.url), { isPatient: true, onNotice });
    await vi.waitUntil(() => notices.length > 0);
    await redis.restart();
    const server = await waiting;
    await server.close();
    await redis.stop();
    expect(notices).toEqual([
      expect.stringMatching(/^Waiting for the Redis server at .*ECONNREFUSED/),
      expect.stringMatching(/^Connected to the Redis server at /),
    ]);
  });
});

it("says what to install if BullMQ is missing", async () => {
  vi.doMock("bullmq", () => {
    throw new Error("Cannot find package 'bullmq'");
  });
  vi.resetModules();
  const { loadEngine } = await import("../../src/queue/engine.js");
  await expect(loadEngine()).rejects.toMatchObject({
    code: "QUEUE",
    message: expect.stringContaining("npm install bullmq ioredis"),
  });
  vi.doUnmock("bullmq");
});
