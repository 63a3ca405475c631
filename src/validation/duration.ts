import { z } from "zod";
import { describe } from "./describe.js";

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** The schema of a duration as people write it, such as "90s", "10m" or "1.5h". */
export const durationSchema = z.string().refine((text) => durationSeconds(text) > 0, {
  error: ({ input }) =>
    `Expected a duration above zero for \`{path}\`, such as "90s", "10m" or "2h", got ${describe(input)}.`,
});

/** The seconds of a duration; NaN if the text is none. */
export function durationSeconds(text: string): number {
  const [, value, unit] = /^(\d{1,9}(?:\.\d{1,9})?)([smhd])$/.exec(text) ?? [];
  return Number(value) * SECONDS[unit as keyof typeof SECONDS];
}

/** The shortest duration in whole units that is not less than so many seconds, and at most a tenth more. */
export function durationAbove(seconds: number): string {
  const unit = (["h", "m"] as const).find((each) => seconds > 10 * SECONDS[each]) ?? "s";
  return `${Math.max(1, Math.ceil(seconds / SECONDS[unit]))}${unit}`;
}
