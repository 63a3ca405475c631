import { z } from "zod";
import { lineSchema } from "./line-schema.js";
import type { QueueServer } from "./server.js";

const count = z.int().min(0);

/** What a worker says of itself, every few seconds. */
export const workerEntrySchema = z.object({
  id: lineSchema,
  host: lineSchema,
  pid: count,
  optimbench: lineSchema,
  concurrency: count,
  /** When it last said so, in milliseconds by the server's clock. */
  seen: z.number(),
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
const GONE_AFTER = 30_000;
const FORGOTTEN_AFTER = 3_600_000;

export async function reportWorker(server: QueueServer, entry: Omit<WorkerEntry, "seen">): Promise<void> {
  const said: WorkerEntry = { ...entry, seen: await server.now() };
  await server.redis.hset(server.key("workers"), entry.id, JSON.stringify(said));
}

export async function removeWorker(server: QueueServer, id: string): Promise<void> {
  await server.redis.hdel(server.key("workers"), id);
}

/** The workers that are alive. Long gone ones are removed. */
export async function listWorkers(server: QueueServer): Promise<WorkerEntry[]> {
  const now = await server.now();
  const all = Object.entries(await server.redis.hgetall(server.key("workers"))).map(([id, entry]) => ({
    id,
    worker: parsed(entry),
  }));
  const old = all.filter(
    ({ worker }) => worker === undefined || Math.abs(now - worker.seen) > FORGOTTEN_AFTER,
  );
  if (old.length > 0) await server.redis.hdel(server.key("workers"), ...old.map(({ id }) => id));
  return all
    .flatMap(({ worker }) =>
      worker !== undefined && Math.abs(now - worker.seen) <= GONE_AFTER ? [worker] : [],
    )
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function parsed(entry: string): WorkerEntry | undefined {
  try {
    return workerEntrySchema.safeParse(JSON.parse(entry)).data;
  } catch {
    return undefined;
  }
}
