import { Worker } from "node:worker_threads";

/** The longest time for one input. */
export const MOST_SECONDS = 30;
/** The most resident memory of the process, of which Node.js, libtorch and the test take some 400 MB. */
export const MOST_BYTES = 2 ** 31;

// A thread of its own sees a hang that blocks the event loop. It ends the process, since nothing else could.
const PROGRAM = `
const { workerData: { shared, name, seconds, bytes } } = require("node:worker_threads");
const { writeSync } = require("node:fs");
const state = new Int32Array(shared); // [number of the input, the seed]
let since = Date.now(), last = 0;
const end = (problem) => {
  writeSync(2, "\\nInput " + state[0] + " of seed " + state[1] + " for " + name + " " + problem + ".\\n");
  process.kill(process.pid, "SIGKILL");
};
setInterval(() => {
  const now = Atomics.load(state, 0);
  if (now !== last) [last, since] = [now, Date.now()];
  if (now !== 0 && Date.now() - since > 1000 * seconds) end("takes more than " + seconds + " s");
  const { rss } = process.memoryUsage();
  if (rss > bytes) end("takes the process to " + Math.round(rss / 2 ** 20) + " MiB of memory");
}, 20);
`;

/** Ends the process if an input takes too long or too much memory, and says which. */
export class Watchdog {
  readonly #state = new Int32Array(new SharedArrayBuffer(8));
  readonly #worker: Worker;

  constructor(name: string) {
    const workerData = { shared: this.#state.buffer, name, seconds: MOST_SECONDS, bytes: MOST_BYTES };
    this.#worker = new Worker(PROGRAM, { eval: true, workerData });
    this.#worker.unref();
  }

  /** Says that the inputs of a seed begin. */
  begin(seed: number): void {
    Atomics.store(this.#state, 0, 0);
    Atomics.store(this.#state, 1, seed);
  }

  /** Says that the next input begins. */
  next(): void {
    Atomics.add(this.#state, 0, 1);
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
