import fc from "fast-check";
import { expect } from "vitest";
import { type ErrorCode, OptimbenchError } from "../../src/errors.js";
import { Watchdog } from "./watchdog.js";

/** Something that reads input. */
export interface Target<Input = unknown> {
  /** What is read, such as "IDX files". */
  readonly name: string;
  /** Inputs per second, roughly: how many are tried in a quick test. */
  readonly quick: number;
  readonly inputs: fc.Arbitrary<Input>;
  /** Reads an input. Rejects with an OptimbenchError if it is not good. */
  readonly read: (input: Input) => unknown;
  /** The codes of errors that are answers. */
  readonly codes: readonly ErrorCode[];
  /** Whether an error says where the input is wrong. */
  readonly names: (error: OptimbenchError, input: Input) => boolean;
  /** Ends what the target has begun. */
  readonly close?: () => unknown;
}

/** What became of the inputs. */
export interface Tally {
  accepted: number;
  rejected: number;
}

/** Asserts that an input is read, or rejected with an OptimbenchError that says where it is wrong. */
async function answer<Input>(target: Target<Input>, input: Input, tally: Tally): Promise<void> {
  try {
    await target.read(input);
    tally.accepted++;
  } catch (error) {
    if (!(error instanceof OptimbenchError)) throw error;
    expect(target.codes).toContain(error.code);
    expect(error.message.length).toBeLessThan(11_000);
    if (!target.names(error, input))
      throw new Error(`The error does not say where: ${error.code}, ${error.path}, ${error.message}`);
    tally.rejected++;
  }
}

/**
 * Tries many inputs.
 *
 * @param seconds how long; undefined for the number of a quick test
 */
export async function fuzz<Input>(
  target: Target<Input>,
  { seed, seconds }: { readonly seed: number; readonly seconds: number | undefined },
): Promise<Tally> {
  const tally = { accepted: 0, rejected: 0 };
  const watchdog = new Watchdog(target.name);
  const end = performance.now() + 1000 * (seconds ?? 0);
  const property = fc.asyncProperty(target.inputs, async (input) => {
    watchdog.next();
    await answer(target, input, tally);
  });
  try {
    for (let round = seed; ; round++) {
      watchdog.begin(round);
      await fc.assert(property, {
        seed: round,
        numRuns: target.quick,
        ...(seconds !== undefined && {
          interruptAfterTimeLimit: Math.max(1, end - performance.now()),
          markInterruptAsFailure: false,
        }),
      });
      if (seconds === undefined || performance.now() >= end) return tally;
    }
  } finally {
    await watchdog.stop();
  }
}
