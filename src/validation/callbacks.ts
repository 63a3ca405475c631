import { z } from "zod";
import { describe } from "./describe.js";
import { durationSchema } from "./duration.js";
import { parse } from "./parse.js";
import { pathSchema } from "./path-schema.js";
import { isKept } from "./plain-data.js";

/** The schema of a callback. */
export const callbackSchema = <Callback>() =>
  z.custom<Callback>((value) => typeof value === "function", {
    error: ({ input }) => `Expected a function for \`{path}\`, got ${describe(input)}.`,
  });

export const signalSchema = z.instanceof(AbortSignal, {
  error: ({ input }) => `Expected an AbortSignal for \`{path}\`, got ${describe(input)}.`,
});

const shardSchema = z.string().refine(isShard, {
  error: ({ input }) =>
    `Expected a part such as "3/8" for \`{path}\`, from "1/8" to "8/8", got ${describe(input)}.`,
});

function isShard(text: string): boolean {
  const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  return Number(index) >= 1 && Number(index) <= Number(count);
}

const executorSchema = z.custom(
  (value) => isKept(value) && typeof (value as { run?: unknown }).run === "function",
  {
    error: ({ input }) => `Expected the result of queue(...) for \`{path}\`, got ${describe(input)}.`,
  },
);

const callbacks = z.looseObject({
  onPlan: callbackSchema().optional(),
  onEpoch: callbackSchema().optional(),
  onRun: callbackSchema().optional(),
  onProgress: callbackSchema().optional(),
  onSkip: callbackSchema().optional(),
  onNotice: callbackSchema().optional(),
  profile: z.boolean().optional(),
  folder: pathSchema.optional(),
  overwrite: z.boolean().optional(),
  shard: shardSchema.optional(),
  budget: durationSchema.optional(),
  signal: signalSchema.optional(),
  executor: executorSchema.optional(),
});

/**
 * Copies a config that contains callbacks and plain data. Checks the callbacks; the config's schema checks the rest.
 *
 * @throws OptimbenchError (CONFIG)
 */
export const copyWithCallbacks = <Input>(input: Input, what: string): Input =>
  parse(callbacks, input, what) as Input;
