import { setImmediate } from "node:timers/promises";

/** Values per turn of the event loop: a few milliseconds. */
const PART = 2 ** 20;

/** The bounds of parts of 0 .. length, with a turn of the event loop between them. */
export async function* parts(length: number, part = PART): AsyncGenerator<readonly [number, number]> {
  for (let first = 0; first < length; first += part) {
    if (first > 0) await setImmediate();
    yield [first, Math.min(first + part, length)];
  }
}
