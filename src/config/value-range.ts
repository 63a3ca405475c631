import { z } from "zod";
import { describe } from "../validation/describe.js";

const DEFAULT_POINTS = 5;

/** The most values of one factor. */
export const MOST_VALUES = 4096;

export const valueRangeSchema = z
  .strictObject({
    from: z.number().describe("the first value"),
    to: z.number().describe("the last value"),
    points: z
      .int()
      .min(2)
      .max(MOST_VALUES)
      .default(DEFAULT_POINTS)
      .describe("number of values, including both ends"),
    scale: z
      .enum(["log", "linear"])
      .optional()
      .describe(
        "equal ratios or equal distances between values. Default: log, or linear if an end is zero or negative.",
      ),
  })
  .refine(({ from, to }) => from !== to, { error: "`{path}` has equal ends. Give a list with one value." })
  .refine(({ from, to, scale }) => scale !== "log" || (from > 0 && to > 0), {
    error: 'A "log" scale needs positive ends, but `{path}` has zero or negative ones. Use "linear".',
  })
  .describe("evenly spaced values");

/** The word that stands for all values. @param otherwise what else may be given, for messages */
export const allSchema = (otherwise: string) =>
  z.literal("all", {
    error: ({ input }) => `Expected ${otherwise} or "all" for \`{path}\`, got ${describe(input)}.`,
  });

/** What is wrong with "all" as an item of a list, and what to write instead. */
export const allAloneText = (instead: string): string =>
  `which stands for all values and cannot be part of a list. Write \`${instead}\`.`;

export type ValueRange = z.output<typeof valueRangeSchema>;

/**
 * The values of a range. Both ends are exact; the others have 12 significant digits.
 *
 * @param whole whether to round to whole numbers, each listed once
 */
export function rangeValues({ from, to, points, scale }: ValueRange, whole = false): number[] {
  const isLog = scale === undefined ? from > 0 && to > 0 : scale === "log";
  const between = (a: number, b: number, share: number) => a + (b - a) * share;
  const at = (share: number) =>
    isLog ? Math.exp(between(Math.log(from), Math.log(to), share)) : between(from, to, share);
  const values = Array.from({ length: points }, (_, i) => {
    if (i === 0) return from;
    return i === points - 1 ? to : Number(at(i / (points - 1)).toPrecision(12));
  });
  return whole ? [...new Set(values.map(Math.round))] : values;
}
