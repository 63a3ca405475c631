import { z } from "zod";
import type { QueueServer } from "./server.js";

const text = z.string();

/** What a worker says of itself, every few seconds. */
export const workerEntrySchema = z.object({
  id: text,
  host: text,
  pid: z.int(),
  optimbench: text,
  concurrency: z.int(),
  /** When it last said so, in milliseconds by the server's clock. */
  seen: z.number(),
  /** Number of cells that it has finished. */
  finished: z.int(),
  /** Cells that it finished in the last minutes, per minute, by study. */
  rates: z.record(text, z.number()),
  /** The cells that it runs. */
  cells: z.array(z.object({ study: text, label: text, seconds: z.number() })),
  /** The studies whose cells it leaves to others, and why. */
  leaves: z.record(text, text),
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
  const old = all.filter(({ worker }) => worker === undefined || now - worker.seen > FORGOTTEN_AFTER);
  if (old.length > 0) await server.redis.hdel(server.key("workers"), ...old.map(({ id }) => id));
  return all
    .flatMap(({ worker }) => (worker !== undefined && now - worker.seen <= GONE_AFTER ? [worker] : []))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function parsed(entry: string): WorkerEntry | undefined {
  try {
    return workerEntrySchema.safeParse(JSON.parse(entry)).data;
  } catch {
    return undefined;
  }
}
