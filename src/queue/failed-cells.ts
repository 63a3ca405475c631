import { MOST_ENTRY, parsedJson } from "./entries.js";
import { line } from "./line-schema.js";
import type { QueueServer } from "./server.js";

/** A cell that failed for good. */
export interface FailedCell {
  readonly key: string;
  readonly label: string;
  readonly reason: string;
}

const LONGEST_REASON = 4096;

const LIST = `
local failed, base, start, stop = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local cells = {}
for _, key in ipairs(redis.call("ZREVRANGE", failed, start, stop)) do
  local data = redis.call("HSTRLEN", base .. key, "data") <= ${MOST_ENTRY} and redis.call("HGET", base .. key, "data") or ""
  local reason = redis.call("HGET", base .. key, "failedReason") or "unknown"
  table.insert(cells, {key, data, string.sub(reason, 1, ${LONGEST_REASON})})
end
return cells`;

/** The cells of a study that failed for good, latest first. @param count at most so many, after `start` others */
export async function failedCells(
  server: QueueServer,
  id: string,
  start: number,
  count: number,
): Promise<FailedCell[]> {
  const queue = server.queue(id);
  const places = [queue.toKey("failed"), queue.toKey("")];
  const cells = await server.redis.eval(LIST, 1, ...places, start, start + count - 1);
  return (cells as [string, string, string][]).map(([key, data, reason]) => ({
    key,
    label: labelOf(data),
    reason: line(reason),
  }));
}

const labelOf = (data: string): string =>
  line(String((parsedJson(data) as { label?: unknown } | null | undefined)?.label ?? "unknown"));
