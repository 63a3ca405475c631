import type { JobsOptions } from "bullmq";
import { z } from "zod";
import { OptimbenchError } from "../errors.js";
import { sha256 } from "../study/cell.js";
import type { PlannedCell } from "../study/planned-cell.js";
import { line, lineSchema } from "./line-schema.js";
import { MOST_BYTES } from "./results.js";
import type { QueueServer } from "./server.js";

/** A cell as a job of the queue. Its id is the cell's key, so a cell is in the queue once. */
export const cellJobSchema = z.object({
  /** Of the config without the seed, which many cells have in common. */
  config: z.string(),
  seed: z.int().min(0),
  label: lineSchema,
  profile: z.boolean().optional(),
  /** The hosts on which it failed. */
  failedOn: z.array(lineSchema).default([]),
});
export type CellJob = z.output<typeof cellJobSchema>;
type NewCell = z.input<typeof cellJobSchema>;

/** How often a cell that fails is tried. */
export const ATTEMPTS = 3;

const OPTIONS: JobsOptions = {
  attempts: ATTEMPTS,
  removeOnComplete: true,
  removeOnFail: false,
  stackTraceLimit: 1,
};
const PER_CALL = 1000;

/** Adds cells to the queue of a study, except those that are in it. */
export async function addCells(
  server: QueueServer,
  id: string,
  cells: readonly PlannedCell[],
  profile: boolean,
): Promise<void> {
  const queue = server.queue(id);
  const known = new Set<string>();
  for (let start = 0; start < cells.length; start += PER_CALL) {
    const part = cells.slice(start, start + PER_CALL).map((cell) => ({ cell, ...divided(cell) }));
    const configs = new Map(
      part.filter(({ hash }) => !known.has(hash)).map(({ hash, text }) => [hash, text]),
    );
    for (const hash of configs.keys()) known.add(hash);
    if (configs.size > 0) await server.redis.hset(server.key("configs", id), configs);
    await queue.addBulk(
      part.map(({ cell, hash, seed }) => ({
        name: "cell",
        data: {
          config: hash,
          seed,
          label: line(cell.planned.label),
          ...(profile && { profile }),
        } satisfies NewCell,
        opts: { ...OPTIONS, jobId: cell.key },
      })),
    );
  }
}

const MOST_HASH = 16;

function divided({ plan }: PlannedCell) {
  const { seed, ...config } = plan.config;
  const text = JSON.stringify(config);
  return { seed, text, hash: sha256(text).slice(0, MOST_HASH) };
}

/**
 * The config of a cell without the seed, as JSON; undefined if the study was removed.
 *
 * @throws OptimbenchError (QUEUE) if it is larger than a result may be
 */
export async function configText(
  server: QueueServer,
  id: string,
  { config }: CellJob,
): Promise<string | undefined> {
  const place = server.key("configs", id);
  if ((await server.redis.hstrlen(place, config)) > MOST_BYTES)
    throw new OptimbenchError(
      "QUEUE",
      `The config of the run on the server has more than ${MOST_BYTES / 2 ** 20} MiB. Cancel the study, and run its command again.`,
    );
  return (await server.redis.hget(place, config)) ?? undefined;
}
