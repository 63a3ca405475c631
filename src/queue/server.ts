import type { EventEmitter } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Queue, QueueEvents, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { OptimbenchError } from "../errors.js";
import type { Connection } from "./connection.js";
import { type Engine, loadEngine } from "./engine.js";

const CONNECT_TIMEOUT = 10_000;
const CLOSE_TIMEOUT = 1000;
/** A reconnection is tried after 0.1 s, then twice as long each time. */
const [FIRST_RETRY, LAST_RETRY] = [100, 3000];
/** Events only wake those who follow a study, so few are kept. */
const MOST_EVENTS = 1000;

interface Options {
  /** Whether to wait for a server that is not there yet. Default false. */
  readonly isPatient?: boolean;
  readonly onNotice: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** A connection to Redis, and what BullMQ opens on it. If it breaks, commands wait until it is restored. */
export class QueueServer {
  readonly address: string;
  readonly redis: Redis;
  readonly #engine: Engine;
  readonly #prefix: string;
  readonly #queues = new Map<string, Queue>();
  readonly #opened: { close(): Promise<void> }[] = [];

  #isClosed = false;

  private constructor(engine: Engine, redis: Redis, { prefix, address }: Connection) {
    this.#engine = engine;
    this.redis = redis;
    this.#prefix = prefix;
    this.address = address;
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
      maxRetriesPerRequest: null,
      lazyConnect: true,
      retryStrategy: (times) => Math.min(FIRST_RETRY * 2 ** Math.min(times, 10), LAST_RETRY),
    });
    const server = new QueueServer(engine, redis, connection);
    await server.#connect(options).catch((error) => {
      redis.disconnect();
      throw error;
    });
    return server;
  }

  /** The key of something that this package keeps beside BullMQ's queues. */
  key(kind: "studies" | "workers" | "configs" | "results" | "cancelled" | "data", id?: string): string {
    return `${this.#prefix}:${kind}${id === undefined ? "" : `:${id}`}`;
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

  /** What happens in a study's queue. It waits on a connection of its own. */
  events(id: string): QueueEvents {
    const { QueueEvents: Class } = this.#engine.bullmq;
    return this.#add(new Class(id, { connection: this.redis, prefix: this.#prefix }));
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

  async close(): Promise<void> {
    this.#isClosed = true;
    const closed = Promise.all(this.#opened.map((each) => each.close().catch(() => {})));
    // BullMQ waits for connections that are not made yet, which would not end while the server is away.
    await Promise.race([closed, sleep(CLOSE_TIMEOUT, undefined, { ref: false })]);
    this.redis.disconnect();
  }

  #add<Opened extends Queue | QueueEvents | Worker>(opened: Opened): Opened {
    (opened as EventEmitter).on("error", () => {}); // a broken connection is reported once, by #connect
    this.#opened.push(opened);
    return opened;
  }

  async #connect({ isPatient = false, onNotice, signal }: Options): Promise<void> {
    let reason = "it does not answer";
    let isLost = false;
    let isReady = false;
    this.redis.on("error", (error: Error) => {
      reason = problemOf(error);
    });
    this.redis.on("close", () => {
      if (this.#isClosed || isLost || (!isReady && !isPatient)) return;
      isLost = true;
      onNotice(`Waiting for the Redis server at ${this.address}: ${reason} ...`);
    });
    this.redis.on("ready", () => {
      if (isLost) onNotice(`Connected to the Redis server at ${this.address}.`);
      isLost = false;
      isReady = true;
    });
    const first = this.redis.connect().catch(() => {});
    await first;
    if (isReady) return;
    if (!isPatient || isRefusal(reason))
      throw new OptimbenchError(
        "QUEUE",
        `Cannot connect to the Redis server at ${this.address}: ${reason}. Check the address, the user and the password, and that the server runs.`,
      );
    await new Promise<void>((resolve) => {
      this.redis.once("ready", resolve);
      signal?.addEventListener("abort", () => resolve());
    });
  }
}

/** Whether the server answered, and waiting would not help. */
const isRefusal = (reason: string) => /^(WRONGPASS|NOAUTH|NOPERM|ERR)/.test(reason);

function problemOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return error.message || code || "it does not answer";
}
