import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { z } from "zod";
import { EXECUTIONS } from "../config/compare-config.js";
import { OptimbenchError } from "../errors.js";
import type { Cell } from "../study/cell-lines.js";
import { environmentSchema } from "../study/environment.js";
import { runRecordSchema } from "../training/run-record.js";
import { lineSchema } from "./line-schema.js";
import type { QueueServer } from "./server.js";

/** The largest result, in bytes: as JSON, and compressed. */
export const MOST_BYTES = 2 ** 26;
const MOST_COMPRESSED = 2 ** 25;

const cellSchema = z.object({
  key: z.string(),
  host: lineSchema,
  boot: lineSchema.optional(),
  environment: environmentSchema,
  execution: z.enum(EXECUTIONS),
  record: runRecordSchema,
});

/** A result of a study that was cancelled would stay forever. The first result of a cell counts. */
const PUBLISH = `
if redis.call("HEXISTS", KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call("HSETNX", KEYS[2], ARGV[2], ARGV[3])
return 1`;

/** Hands in a finished cell. Whoever follows the study collects it. @throws OptimbenchError (QUEUE) if it is too large */
export async function publish(server: QueueServer, id: string, cell: Cell): Promise<void> {
  const text = JSON.stringify(cell);
  const bytes = await promisify(gzip)(text);
  if (Buffer.byteLength(text) > MOST_BYTES || bytes.length > MOST_COMPRESSED)
    throw new OptimbenchError(
      "QUEUE",
      `The record of the run has more than ${MOST_BYTES / 2 ** 20} MiB, which is the most that passes the server.`,
    );
  await server.redis.eval(PUBLISH, 2, server.key("studies"), server.key("results", id), id, cell.key, bytes);
}

/** Whether a cell was handed in, and is not collected yet. */
export const isPublished = async (server: QueueServer, id: string, key: string): Promise<boolean> =>
  (await server.redis.hexists(server.key("results", id), key)) === 1;

export const publishedKeys = (server: QueueServer, id: string): Promise<string[]> =>
  server.redis.hkeys(server.key("results", id));

/** A cell that was handed in; undefined if it was collected by another process. What is not the result of this cell is damaged. */
export async function published(
  server: QueueServer,
  id: string,
  key: string,
): Promise<Cell | "damaged" | undefined> {
  const place = server.key("results", id);
  if ((await server.redis.hstrlen(place, key)) > MOST_COMPRESSED) return "damaged";
  const bytes = await server.redis.hgetBuffer(place, key);
  if (bytes === null) return undefined;
  try {
    const text = await promisify(gunzip)(bytes, { maxOutputLength: MOST_BYTES });
    const cell: unknown = JSON.parse(text.toString());
    return cellSchema.safeParse(cell).data?.key === key ? (cell as Cell) : "damaged";
  } catch {
    return "damaged";
  }
}

export async function discard(server: QueueServer, id: string, keys: readonly string[]): Promise<void> {
  if (keys.length > 0) await server.redis.hdel(server.key("results", id), ...keys);
}
