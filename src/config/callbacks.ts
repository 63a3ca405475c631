import { z } from "zod";
import { describe } from "./describe.js";
import { parse } from "./parse.js";

const callback = z.custom<(...values: never[]) => unknown>((value) => typeof value === "function", {
  error: ({ input }) => `Expected a function for \`{path}\`, got ${describe(input)}.`,
});

const callbacks = z.looseObject({
  onEpoch: callback.optional(),
  onRun: callback.optional(),
  onProgress: callback.optional(),
  profile: z.boolean().optional(),
  signal: z
    .instanceof(AbortSignal, {
      error: ({ input }) => `Expected an AbortSignal for \`{path}\`, got ${describe(input)}.`,
    })
    .optional(),
});

/**
 * Checks what stands beside a config's plain data, and that there is an object at all.
 *
 * @throws OptimbenchError (CONFIG)
 */
export function checkCallbacks(input: unknown, what: string): void {
  parse(callbacks, input, what);
}
