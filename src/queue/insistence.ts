import { setTimeout as sleep } from "node:timers/promises";
import type { QueueServer } from "./server.js";
import { isServerProblem, serverError } from "./server-problem.js";

const AGAIN_AFTER = 1000;
/** A server whose memory is almost full accepts some commands and refuses others. */
const TOLD_AGAIN_AFTER = 60_000;

/** Repeats what a server refuses, such as for lack of memory, until the server accepts it. Says so, and says when it does. */
export class Insistence {
  readonly #server: QueueServer;
  readonly #onNotice: (text: string) => void;
  readonly #signal: AbortSignal;
  /** When each refusal was told last. */
  readonly #told = new Map<string, number>();
  #isRefused = false;

  /** @param signal ends it: what is refused then is thrown */
  constructor(server: QueueServer, onNotice: (text: string) => void, signal: AbortSignal) {
    this.#server = server;
    this.#onNotice = onNotice;
    this.#signal = signal;
  }

  /** @param mayPass which problems to wait out; default: all that are the server's */
  async insist<Result>(
    work: () => Promise<Result>,
    mayPass: (error: unknown) => error is Error = isServerProblem,
  ): Promise<Result> {
    for (let isRefused = false; ; isRefused = true) {
      try {
        const result = await work();
        if (isRefused) this.#tellAccepted();
        return result;
      } catch (error) {
        if (!mayPass(error) || this.#signal.aborted) throw error;
        this.#tellRefused(serverError(this.#server, error).message);
        await sleep(AGAIN_AFTER, undefined, { signal: this.#signal }).catch(() => {});
      }
    }
  }

  #tellRefused(message: string): void {
    const now = performance.now();
    if (now - (this.#told.get(message) ?? Number.NEGATIVE_INFINITY) < TOLD_AGAIN_AFTER) return;
    this.#told.set(message, now);
    this.#isRefused = true;
    this.#onNotice(`${message} It is tried again.`);
  }

  #tellAccepted(): void {
    if (this.#isRefused)
      this.#onNotice(`The Redis server at ${this.#server.address} accepts commands again.`);
    this.#isRefused = false;
  }
}
