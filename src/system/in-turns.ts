import { setImmediate as nextTurn } from "node:timers/promises";

/** Work that yields after each small piece, and returns its result. */
export type Work<Result> = Generator<undefined, Result>;

/** How long work may keep the event loop. */
const MILLISECONDS = 10;

/** Does work without blocking the event loop for long. */
export async function inTurns<Result>(work: Work<Result>): Promise<Result> {
  for (;;) {
    const until = performance.now() + MILLISECONDS;
    do {
      const { done, value } = work.next();
      if (done) return value;
    } while (performance.now() < until);
    await nextTurn();
  }
}

/** Does work at once. */
export function atOnce<Result>(work: Work<Result>): Result {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}
