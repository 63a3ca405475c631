import type { EventEmitter } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Queue, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { OptimbenchError } from "../errors.js";
import type { Connection } from "./connection.js";
import { type Engine, loadEngine } from "./engine.js";
import { problemOf, SILENCE_TIMEOUT } from "./server-problem.js";

const CONNECT_TIMEOUT = 10_000;
const CLOSE_TIMEOUT = 1000;
const GIVE_UP_AFTER = 3000;
const EVENTS_TIMEOUT = 10_000;
/** A reconnection is tried after 0.1 s, then twice as long each time. */
const [FIRST_RETRY, LAST_RETRY] = [100, 3000];
/** Events only wake those who follow a study, so few are kept. */
const MOST_EVENTS = 1000;

/** The server's time in scripts, in milliseconds: clocks of machines differ. */
export const NOW = `
local time = redis.call("TIME")
local now = 1000 * time[1] + math.floor(time[2] / 1000)`;

interface Options {
  /** Whether to wait for a server that is not there yet. Default false. */
  readonly isPatient?: boolean;
  readonly onNotice: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** What this package keeps on the server. */
type Kind =
  | ""
  | "studies"
  | "workers"
  | "worker"
  | "serving"
  | "followers"
  | "configs"
  | "results"
  | "cancelled"
  | "data";

/** A connection to Redis, and what BullMQ opens on it. If it breaks, commands wait until it is restored. */
export class QueueServer {
  readonly address: string;
  readonly redis: Redis;
  readonly #engine: Engine;
  readonly #prefix: string;
  readonly #queues = new Map<string, Queue>();
  readonly #opened: { close(): Promise<void> }[] = [];
  readonly #onNotice: (text: string) => void;
  readonly #told = new Set<string>();
  #isClosed = false;

  private constructor(
    engine: Engine,
    redis: Redis,
    { prefix, address }: Connection,
    onNotice: (text: string) => void,
  ) {
    this.#engine = engine;
    this.redis = redis;
    this.#prefix = prefix;
    this.address = address;
    this.#onNotice = onNotice;
  }

  /** @throws OptimbenchError (QUEUE) if BullMQ is not installed, or the server cannot be reached or refuses the connection */
  static async open(connection: Connection, options: Options): Promise<QueueServer> {
    const engine = await loadEngine();
    const { host, port, db, username, password, tls } = connection;
    const redis = new engine.Redis({
      host,
      port,
      db,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...(tls && { tls }),
      connectionName: "optimbench",
      connectTimeout: CONNECT_TIMEOUT,
      socketTimeout: SILENCE_TIMEOUT,
      keepAlive: SILENCE_TIMEOUT,
      maxRetriesPerRequest: null,
      lazyConnect: true,
      retryStrategy: (times) => Math.min(FIRST_RETRY * 2 ** Math.min(times, 10), LAST_RETRY),
      ...{ skipVersionCheck: true }, // BullMQ's, which it would repeat for each queue
    });
    const server = new QueueServer(engine, redis, connection, options.onNotice);
    try {
      await server.#connect(options);
      if (!options.signal?.aborted) await server.#checkVersion();
      options.signal?.addEventListener("abort", () => server.#giveUpIfAway());
    } catch (error) {
      server.#isClosed = true;
      redis.disconnect();
      throw error;
    }
    return server;
  }

  /** The key of something that this package keeps beside BullMQ's queues. */
  key(kind: Kind, id?: string): string {
    return `${this.#prefix}:${kind}${id === undefined ? "" : `:${id}`}`;
  }

  /** Says something to the user, once. */
  tell(text: string): void {
    if (this.#told.has(text)) return;
    this.#told.add(text);
    this.#onNotice(text);
  }

  /** The queue of a study's cells. */
  queue(id: string): Queue {
    const known = this.#queues.get(id);
    if (known !== undefined) return known;
    const { Queue: Class } = this.#engine.bullmq;
    const streams = { events: { maxLen: MOST_EVENTS } };
    const opened = this.#add(new Class(id, { connection: this.redis, prefix: this.#prefix, streams }));
    this.#queues.set(id, opened);
    return opened;
  }

  /** Calls back with what happens in a study's queue, until the server is closed. It waits on a connection of its own. */
  onEvent(id: string, listener: (event: Readonly<Record<string, string>>) => void): void {
    const connection = this.redis.duplicate();
    connection.on("error", () => {}); // a broken connection is reported once, by #connect
    this.#opened.push({ close: async () => connection.disconnect() });
    const key = this.queue(id).toKey("events");
    const listen = async () => {
      for (let last = "$"; !this.#isClosed; ) {
        const [, entries = []] =
          (await connection.xread("BLOCK", EVENTS_TIMEOUT, "STREAMS", key, last))?.[0] ?? [];
        for (const [at, fields] of entries) {
          last = at;
          listener(
            Object.fromEntries(
              Array.from({ length: fields.length / 2 }, (_, i) => fields.slice(2 * i, 2 * i + 2)),
            ),
          );
        }
      }
    };
    listen().catch(() => {}); // events only make it faster
  }

  /**
   * Takes cells of a study, one by one. A cell whose lock is not renewed for `lockMilliseconds` starts again elsewhere; one to which
   * that happens twice is set aside.
   */
  taker(id: string, lockMilliseconds: number, name: string): Worker {
    const { Worker: Class, createRedisBackend } = this.#engine.bullmq;
    const options = {
      connection: this.redis,
      prefix: this.#prefix,
      name,
      autorun: false,
      lockDuration: lockMilliseconds,
      stalledInterval: lockMilliseconds,
      maxStalledCount: 1,
    };
    // Without the connection on which BullMQ would wait for a job: one worker takes from several queues.
    return this.#add(new Class(id, null, options, (queue, given) => createRedisBackend(queue, given)));
  }

  /** The server's time, in milliseconds: clocks of machines differ. */
  async now(): Promise<number> {
    const [seconds, microseconds] = await this.redis.time();
    return 1000 * Number(seconds) + Math.floor(Number(microseconds) / 1000);
  }

  /**
   * What may make the server lose runs, as messages for the user.
   *
   * @throws OptimbenchError (QUEUE) if it would lose them for sure, once its memory is full
   */
  async risks(): Promise<string[]> {
    const settings = await this.#info();
    const policy = settings.get("maxmemory_policy") ?? "noeviction";
    const advice = `Set its maxmemory-policy to noeviction, not ${policy}`;
    const isLimited = (settings.get("maxmemory") ?? "0") !== "0";
    if (isLimited && policy.startsWith("allkeys"))
      throw new OptimbenchError(
        "QUEUE",
        `The Redis server at ${this.address} removes any key if its memory is full, so it would lose runs. ${advice}.`,
      );
    return [
      ...(isLimited && policy !== "noeviction"
        ? [
            `The Redis server at ${this.address} removes locks of runs if its memory is full, which then run twice. ${advice}.`,
          ]
        : []),
      ...(settings.get("aof_enabled") === "0"
        ? [
            "The Redis server does not write every change to the disk: set appendonly to yes, or it loses runs when it ends.",
          ]
        : []),
    ];
  }

  /** What the server says of itself; empty if the user may not ask. */
  async #info(): Promise<Map<string, string>> {
    const text = await this.redis.info().catch(() => "");
    return new Map(text.split(/\r?\n/).map((line) => line.split(":", 2) as [string, string]));
  }

  async #checkVersion(): Promise<void> {
    const version = (await this.#info()).get("redis_version");
    const [major = 0, minor = 0] = version?.split(".").map(Number) ?? [Number.POSITIVE_INFINITY];
    if (major > 6 || (major === 6 && minor >= 2)) return;
    throw new OptimbenchError(
      "QUEUE",
      `The Redis server at ${this.address} has version ${version}. Expected 6.2 or later.`,
    );
  }

  /** Ends the commands that wait for a server that is away. */
  async #giveUpIfAway(): Promise<void> {
    const isThere = this.redis.ping().then(
      () => true,
      () => false,
    );
    if (await Promise.race([isThere, sleep(GIVE_UP_AFTER, false)])) return;
    // Its commands are rejected when the next attempt fails. `disconnect` alone would leave them waiting.
    this.redis.options.retryStrategy = () => null;
    if (this.redis.status === "ready") this.redis.disconnect();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const closed = Promise.all(this.#opened.map((each) => each.close().catch(() => {})));
    // BullMQ waits for connections that are not made yet, which would not end while the server is away.
    await Promise.race([closed, sleep(CLOSE_TIMEOUT, undefined, { ref: false })]);
    this.redis.disconnect();
  }

  #add<Opened extends Queue | Worker>(opened: Opened): Opened {
    (opened as EventEmitter).on("error", () => {}); // a broken connection is reported once, by #connect
    this.#opened.push(opened);
    return opened;
  }

  async #connect({ isPatient = false, onNotice, signal }: Options): Promise<void> {
    /** One that expects TLS closes or resets the connection, or answers with an alert, which begins with this byte. */
    const closed = `it closed the connection${this.redis.options.tls ? "" : ". If it expects TLS, its address begins with rediss://"}`;
    let reason = closed;
    let isReady = false;
    /** Why there is no connection, as far as it was told. */
    const told = new Set<string>();
    this.redis.on("error", (error: Error) => {
      const problem = problemOf(error);
      reason = !isReady && /ECONNRESET|got "\\u0015"/.test(problem) ? closed : problem;
    });
    this.redis.on("close", () => {
      if (this.#isClosed || told.has(reason)) return;
      if (!isReady && (!isPatient || isRefusal(reason))) return; // is thrown below
      told.add(reason);
      onNotice(`Waiting for the Redis server at ${this.address}: ${reason} ...`);
    });
    this.redis.on("ready", () => {
      if (told.size > 0) onNotice(`Connected to the Redis server at ${this.address}.`);
      told.clear();
      isReady = true;
      reason = "it closed the connection";
    });
    const refused = () =>
      new OptimbenchError(
        "QUEUE",
        `Cannot connect to the Redis server at ${this.address}: ${reason}. ${isOfCertificate(reason) ? "If an authority of your own signed the server's certificate, name its file as `tls.ca` in the settings." : "Check the address, the user and the password, and that the server runs."}`,
      );
    await this.redis.connect().catch(() => {});
    if (isReady) return;
    if (!isPatient || isRefusal(reason)) throw refused();
    await new Promise<void>((resolve, reject) => {
      this.redis.once("ready", resolve);
      this.redis.on("close", () => {
        if (!isReady && isRefusal(reason)) reject(refused());
      });
      signal?.addEventListener("abort", () => resolve());
    });
  }
}

/** Whether the server answered, or has another certificate than expected, so that waiting would not help. */
const isRefusal = (reason: string) =>
  /^(WRONGPASS|NOAUTH|NOPERM|ERR) /.test(reason) || isOfCertificate(reason);
const isOfCertificate = (reason: string) => /certificate|wrong version number/i.test(reason);
