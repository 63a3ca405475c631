import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { z } from "zod";
import type { Cell } from "../study/cell-lines.js";
import type { QueueServer } from "./server.js";

/** The largest record that is accepted, in bytes. */
const MOST_BYTES = 256 * 2 ** 20;

const outline = z.object({ key: z.string(), host: z.string(), record: z.object({ status: z.string() }) });

/** A result of a study that was cancelled would stay forever. The first result of a cell counts. */
const PUBLISH = `
if redis.call("HEXISTS", KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call("HSETNX", KEYS[2], ARGV[2], ARGV[3])
return 1`;

/** Hands in a finished cell. Whoever follows the study collects it. */
export async function publish(server: QueueServer, id: string, cell: Cell): Promise<void> {
  const bytes = await promisify(gzip)(JSON.stringify(cell));
  await server.redis.eval(PUBLISH, 2, server.key("studies"), server.key("results", id), id, cell.key, bytes);
}

/** Whether a cell was handed in, and is not collected yet. */
export const isPublished = async (server: QueueServer, id: string, key: string): Promise<boolean> =>
  (await server.redis.hexists(server.key("results", id), key)) === 1;

export const publishedKeys = (server: QueueServer, id: string): Promise<string[]> =>
  server.redis.hkeys(server.key("results", id));

/** A cell that was handed in; undefined if it was collected by another process, or is damaged. */
export async function published(server: QueueServer, id: string, key: string): Promise<Cell | undefined> {
  const bytes = await server.redis.hgetBuffer(server.key("results", id), key);
  if (bytes === null) return undefined;
  try {
    const text = await promisify(gunzip)(bytes, { maxOutputLength: MOST_BYTES });
    const cell: unknown = JSON.parse(text.toString());
    return outline.safeParse(cell).data?.key === key ? (cell as Cell) : undefined;
  } catch {
    return undefined;
  }
}

export async function discard(server: QueueServer, id: string, keys: readonly string[]): Promise<void> {
  if (keys.length > 0) await server.redis.hdel(server.key("results", id), ...keys);
}
