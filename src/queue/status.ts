import type { z } from "zod";
import { failedCells } from "./failed-cells.js";
import type { QueueServer } from "./server.js";
import type { queueStatusSchema } from "./status-schema.js";
import { listStudies, type StudyEntry } from "./study-entry.js";
import { listWorkers, type WorkerEntry } from "./worker-entry.js";

/** What a queue does. */
export type QueueStatus = z.output<typeof queueStatusSchema>;

const MOST_FAILURES = 20;

/** Asks the server what it holds, and what its workers do. */
export async function queueStatus(server: QueueServer): Promise<QueueStatus> {
  const [studies, workers, memory] = await Promise.all([
    listStudies(server),
    listWorkers(server),
    server.redis.info("memory").catch(() => ""), // the user may not ask
  ]);
  return {
    address: server.address,
    memoryBytes: Number(/used_memory:(\d+)/.exec(memory)?.[1] ?? 0),
    studies: await Promise.all(studies.map((study) => studyStatus(server, study, workers))),
    workers: workers.map(({ id, host, pid, concurrency, finished, cells, leaves }) => ({
      id,
      host,
      pid,
      concurrency,
      finished,
      cells,
      leaves,
    })),
  };
}

async function studyStatus(
  server: QueueServer,
  { id, title, priority, cells, left, submittedAt }: StudyEntry,
  workers: readonly WorkerEntry[],
): Promise<QueueStatus["studies"][number]> {
  const queue = server.queue(id);
  const counts = await queue.getJobCounts("wait", "prioritized", "delayed", "active", "failed");
  const uncollected = await server.redis.hlen(server.key("results", id));
  const { wait = 0, prioritized = 0, delayed = 0, active: running = 0, failed = 0 } = counts;
  const waiting = wait + prioritized + delayed + left;
  const perMinute = workers.reduce((sum, { rates }) => sum + (rates[id] ?? 0), 0);
  const remaining = waiting + running;
  const failures = await failedCells(server, id, 0, MOST_FAILURES);
  return {
    id,
    title,
    priority,
    submittedAt: new Date(submittedAt).toISOString(),
    cells,
    waiting,
    running,
    finished: Math.max(0, cells - waiting - running - failed),
    uncollected,
    failed,
    cellsPerMinute: Math.round(10 * perMinute) / 10,
    secondsLeft: remaining === 0 ? 0 : perMinute === 0 ? null : Math.round((60 * remaining) / perMinute),
    failures: failures.map(({ label, reason }) => ({ label, reason })),
  };
}
