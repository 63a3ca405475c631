import type { z } from "zod";
import { line } from "./line-schema.js";

/** The largest entry of a study or a worker, and the largest job, in bytes. What others wrote may be much larger. */
export const MOST_ENTRY = 2 ** 22;
/** What all entries may have together. */
const MOST_ENTRIES = 2 ** 26;

/** How a script reads entries. Its last arguments are `LIMITS`, and it returns `ReadEntries`. */
export const READ = `
local most, left = tonumber(ARGV[#ARGV - 1]), tonumber(ARGV[#ARGV])
local entries, large = {}, {}
local function read(id, size, text)
  if #id + size > most or #id + size > left then
    table.insert(large, string.sub(id, 1, 100))
  elseif size > 0 then
    left = left - #id - size
    table.insert(entries, {id, text()})
  end
end`;
export const LIMITS = [MOST_ENTRY, MOST_ENTRIES] as const;

/** The ids and texts of entries, and the ids of those that are too large. */
export type ReadEntries = readonly [
  entries: readonly (readonly [id: string, text: string])[],
  large: readonly string[],
];

/**
 * Parses entries. What is none, such as of a later version, is left out.
 *
 * @param onLarge is told of those that are too large
 */
export function parsedEntries<Schema extends z.ZodType>(
  [entries, large]: ReadEntries,
  schema: Schema,
  onLarge: (id: string) => void,
): { readonly id: string; readonly entry: z.output<Schema> }[] {
  for (const id of large) onLarge(line(id));
  return entries.flatMap(([id, text]) => {
    const { success, data } = schema.safeParse(parsedJson(text));
    return success ? [{ id, entry: data }] : [];
  });
}

/** The value of a JSON text that others wrote; undefined if it is none. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
