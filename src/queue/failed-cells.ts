import { line } from "./line-schema.js";
import type { QueueServer } from "./server.js";

/** A cell that failed for good. */
export interface FailedCell {
  readonly key: string;
  readonly label: string;
  readonly reason: string;
}

/** The cells of a study that failed for good, latest first. @param count at most so many, after `start` others */
export async function failedCells(
  server: QueueServer,
  id: string,
  start: number,
  count: number,
): Promise<FailedCell[]> {
  const queue = server.queue(id);
  const keys = await queue.getRanges(["failed"], start, start + count - 1);
  return Promise.all(
    keys.map(async (key) => {
      const [data, reason] = await server.redis.hmget(queue.toKey(key), "data", "failedReason");
      return { key, label: line(labelOf(data ?? "")), reason: line(reason ?? "unknown") };
    }),
  );
}

function labelOf(data: string): string {
  try {
    return String((JSON.parse(data) as { label: unknown }).label);
  } catch {
    return "unknown";
  }
}
