import { z } from "zod";
import { LIMITS, MOST_ENTRY, parsedEntries, READ, type ReadEntries } from "./entries.js";
import { lineSchema } from "./line-schema.js";
import { NOW, type QueueServer } from "./server.js";

const count = z.int().min(0);

/** What a worker says of itself, every few seconds. */
export const workerEntrySchema = z.object({
  id: lineSchema,
  host: lineSchema,
  pid: count,
  optimbench: lineSchema,
  concurrency: count,
  /** Number of cells that it has finished. */
  finished: count,
  /** Cells that it finished in the last minutes, per minute, by study. */
  rates: z.record(lineSchema, z.number().min(0)),
  /** The cells that it runs. */
  cells: z.array(z.object({ study: lineSchema, label: lineSchema, seconds: z.number().min(0) })),
  /** The studies whose cells it leaves to others, and why. */
  leaves: z.record(lineSchema, lineSchema),
});
export type WorkerEntry = z.output<typeof workerEntrySchema>;

/** A worker that has said nothing for so long, in milliseconds, is gone. */
export const GONE_AFTER = 30_000;

const REPORT = `${NOW}
local workers, studies, worker = KEYS[1], KEYS[2], KEYS[3]
local gone, id, host, text, serving = tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4], ARGV[5]
redis.call("SET", worker, text, "PX", gone)
redis.call("ZREMRANGEBYSCORE", workers, "-inf", now - gone)
redis.call("ZADD", workers, now, id)
for i = 6, #ARGV do
  if redis.call("HEXISTS", studies, ARGV[i]) == 1 then
    redis.call("ZADD", serving .. ARGV[i], now, host)
    redis.call("PEXPIRE", serving .. ARGV[i], gone)
  end
end`;

/**
 * Says what a worker does. Its entry expires unless it says so again.
 *
 * @param serves the studies whose cells it takes
 */
export async function reportWorker(
  server: QueueServer,
  entry: WorkerEntry,
  serves: readonly string[],
): Promise<void> {
  const keys = [server.key("workers"), server.key("studies"), server.key("worker", entry.id)];
  const { id, host } = entry;
  const text = JSON.stringify(entry);
  await server.redis.eval(
    REPORT,
    keys.length,
    ...keys,
    ...[GONE_AFTER, id, host, text, server.key("serving", ""), ...serves],
  );
}

export async function removeWorker(server: QueueServer, id: string): Promise<void> {
  await server.redis.multi().del(server.key("worker", id)).zrem(server.key("workers"), id).exec();
}

/** The most workers that are listed. */
const MOST_WORKERS = 10_000;

const LIST = `${READ}
for _, id in ipairs(redis.call("ZRANGE", KEYS[1], 0, ${MOST_WORKERS - 1})) do
  local worker = ARGV[1] .. id
  read(id, redis.call("STRLEN", worker), function() return redis.call("GET", worker) end)
end
return {entries, large}`;

/** The workers that are alive. */
export async function listWorkers(server: QueueServer): Promise<WorkerEntry[]> {
  const place = server.key("workers");
  const read = await server.redis.eval(LIST, 1, place, server.key("worker", ""), ...LIMITS);
  const entries = parsedEntries(read as ReadEntries, workerEntrySchema, (id) =>
    server.tell(`Ignores worker ${id}, whose entry on the server has more than ${MOST_ENTRY / 2 ** 20} MiB.`),
  );
  return entries.map(({ entry }) => entry).toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

const SERVES = `${NOW}
for _, host in ipairs(redis.call("ZRANGEBYSCORE", KEYS[1], now - ARGV[1], "+inf")) do
  if host ~= ARGV[2] then return 1 end
end
return 0`;

/** Whether workers take the cells of a study, not counting those of the host `except`. */
export const isServed = async (server: QueueServer, id: string, except = ""): Promise<boolean> =>
  (await server.redis.eval(SERVES, 1, server.key("serving", id), GONE_AFTER, except)) === 1;
