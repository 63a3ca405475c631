import { z } from "zod";

const SCALES = ["log", "linear", "decay"] as const;

/** The values of a setting that tuning searches. */
export const searchRangeSchema = z
  .strictObject({
    from: z.number().describe("the least value"),
    to: z.number().describe("the largest value"),
    scale: z
      .enum(SCALES)
      .default("log")
      .describe(
        'scale on which values are uniform: "log" (the logarithm of the value), "linear" (the value) or "decay" (the logarithm of the distance to 1)',
      ),
  })
  .refine(({ from, to }) => from < to, { error: "`{path}` is empty: `from` must be less than `to`." })
  .refine(({ from, scale }) => scale !== "log" || from > 0, {
    error: 'A "log" scale needs positive ends, but `{path}` has zero or negative ones. Use "linear".',
  })
  .refine(({ to, scale }) => scale !== "decay" || to < 1, {
    error: 'A "decay" scale needs ends below 1, but `{path}.to` is 1 or more. Use "linear".',
  })
  .readonly()
  .describe("the values of a setting that tuning searches");

/** A range in results. */
export const resolvedRangeSchema = z
  .object({
    from: z.number().describe("the least value"),
    to: z.number().describe("the largest value"),
    scale: z.enum(SCALES).describe("scale on which values are uniform"),
  })
  .describe("the values of a setting that tuning searched");

export type SearchRange = z.output<typeof searchRangeSchema>;

/** The ranges of an optimizer's settings, by their names. */
export type SearchSpace = Readonly<Record<string, SearchRange>>;

const DIGITS = 4;

/** The value at a share of a range, from 0 to 1. A decay keeps its digits in the distance to 1. */
export function valueAt({ from, to, scale }: SearchRange, share: number): number {
  const between = (a: number, b: number) => a + (b - a) * share;
  const logBetween = (a: number, b: number) => Math.exp(between(Math.log(a), Math.log(b)));
  const short = (value: number) => Number(value.toPrecision(DIGITS));
  if (scale === "log") return short(logBetween(from, to));
  if (scale === "decay") return Number((1 - short(logBetween(1 - from, 1 - to))).toPrecision(12));
  return short(between(from, to));
}

/** The share of a range at which a value is: the inverse of `valueAt`. */
export function shareOf({ from, to, scale }: SearchRange, value: number): number {
  const place = {
    log: Math.log,
    linear: (each: number) => each,
    decay: (each: number) => -Math.log(1 - each),
  };
  const [low, high, at] = [from, to, value].map(place[scale]) as [number, number, number];
  return (at - low) / (high - low);
}
