import { z } from "zod";
import { OptimbenchError } from "../errors.js";
import { numericsSchema } from "../native/numerics.js";
import { sha256 } from "../study/cell.js";
import type { Question } from "../study/cell-lines.js";
import { canonicalJson } from "../validation/canonical-json.js";
import { LIMITS, MOST_ENTRY, parsedEntries, READ, type ReadEntries } from "./entries.js";
import { lineSchema } from "./line-schema.js";
import type { QueueServer } from "./server.js";
import { isLackOfSpace } from "./server-problem.js";

const text = z.string();

/** A dataset of a study: the checksum of its content, and where a worker finds it. */
const sentDatasetSchema = z.object({
  sha256: text,
  /** Whether it is on the server. Otherwise a worker reads it. */
  isSent: z.boolean(),
  source: z.looseObject({ dataset: text, dataDir: text.optional() }),
});
export type SentDataset = z.output<typeof sentDatasetSchema>;

/** The latest time of a `Date`. */
const MOST_TIME = 8.64e15;

/** What the server keeps of a submitted study, for workers to decide whether they can run its cells. */
export const studyEntrySchema = z.object({
  id: z.string().regex(/^[0-9a-f]{16}$/),
  title: lineSchema,
  priority: z.int(),
  /** Number of cells that were submitted. */
  cells: z.int().min(0),
  /** How many of them are to be submitted later. */
  left: z.int().min(0),
  /** When, in milliseconds by the server's clock. */
  submittedAt: z.int().min(0).max(MOST_TIME),
  optimbench: text,
  numerics: numericsSchema,
  devices: z.array(text),
  /** Datasets by their name and how they are read. */
  datasets: z.record(text, sentDatasetSchema),
  /** Files of weights that runs start from, with the checksum of their content. */
  weights: z.array(z.object({ from: text, sha256: text })),
  allow: z.array(z.literal("mixed-kernels")),
});
export type StudyEntry = z.output<typeof studyEntrySchema>;

const MOST_ID = 16;

/** Identifies a study on the server. It stays the same when the study is continued or grows. */
export const studyId = ({ createdAt, environment, numerics }: Question): string =>
  sha256(canonicalJson({ createdAt, environment, numerics })).slice(0, MOST_ID);

/** @throws OptimbenchError (QUEUE) if the entry is larger than workers read */
export async function registerStudy(server: QueueServer, entry: StudyEntry): Promise<void> {
  await server.redis.hset(server.key("studies"), entry.id, entryText(entry));
}

const UPDATE = `if redis.call("HEXISTS", KEYS[1], ARGV[1]) == 1 then redis.call("HSET", KEYS[1], ARGV[1], ARGV[2]) end`;

/** Replaces the entry of a study, unless the study was removed. */
export async function updateStudy(server: QueueServer, entry: StudyEntry): Promise<void> {
  await server.redis.eval(UPDATE, 1, server.key("studies"), entry.id, entryText(entry));
}

function entryText(entry: StudyEntry): string {
  const text = JSON.stringify(entry);
  if (Buffer.byteLength(text) > MOST_ENTRY - MOST_ID)
    throw new OptimbenchError(
      "QUEUE",
      `The datasets and weights of the study need ${Math.ceil(text.length / 2 ** 20)} MiB on the server, and workers read at most ${MOST_ENTRY / 2 ** 20}. Divide it into several studies.`,
    );
  return text;
}

const LIST = `${READ}
for _, id in ipairs(redis.call("HKEYS", KEYS[1])) do
  read(id, redis.call("HSTRLEN", KEYS[1], id), function() return redis.call("HGET", KEYS[1], id) end)
end
return {entries, large}`;

/** All submitted studies that can be read, in the order in which they were submitted. */
export async function listStudies(server: QueueServer): Promise<StudyEntry[]> {
  const read = (await server.redis.eval(LIST, 1, server.key("studies"), ...LIMITS)) as ReadEntries;
  const entries = parsedEntries(read, studyEntrySchema, (id) =>
    server.tell(
      `Ignores study ${id}, whose entry on the server has more than ${MOST_ENTRY / 2 ** 20} MiB. Withdraw it: optimbench queue cancel ${id}`,
    ),
  );
  return entries
    .flatMap(({ id, entry }) => (entry.id === id ? [entry] : []))
    .toSorted((a, b) => a.submittedAt - b.submittedAt || (a.id < b.id ? -1 : 1));
}

export const isRegistered = async (server: QueueServer, id: string): Promise<boolean> =>
  (await server.redis.hexists(server.key("studies"), id)) === 1;

const SECONDS_PER_DAY = 86_400;

/**
 * Removes a study with all of its cells and results, and datasets that no other study needs. Workers stop its cells. All commands only
 * remove, because a server whose memory is full refuses others, such as those of BullMQ's `obliterate`.
 */
export async function removeStudy(server: QueueServer, id: string): Promise<void> {
  const studies = await listStudies(server);
  await server.redis.hdel(server.key("studies"), id);
  await removeQueue(server, id);
  const needed = new Set(studies.filter((each) => each.id !== id).flatMap(sums));
  const data = studies.filter((each) => each.id === id).flatMap(sums);
  await server.redis.unlink(
    server.key("results", id),
    server.key("configs", id),
    server.key("serving", id),
    server.key("followers", id),
    ...data.filter((sum) => !needed.has(sum)).map((sum) => server.key("data", sum)),
  );
}

const LISTS = ["wait", "paused", "prioritized", "delayed", "active", "stalled", "failed", "completed"];
const PER_SCAN = 10_000;

/** Removes the queue of a study: first its lists, so that no worker takes a cell meanwhile, then everything else. */
async function removeQueue(server: QueueServer, id: string): Promise<void> {
  const queue = server.queue(id);
  await server.redis.unlink(LISTS.map((list) => queue.toKey(list)));
  let cursor = "0";
  do {
    const [next, keys] = await server.redis.scan(cursor, "MATCH", `${queue.toKey("")}*`, "COUNT", PER_SCAN);
    if (keys.length > 0) await server.redis.unlink(keys);
    cursor = next;
  } while (cursor !== "0");
}

const sums = ({ datasets }: StudyEntry): string[] => Object.values(datasets).map(({ sha256 }) => sha256);

/** Removes a study, and tells those who wait for it. */
export async function cancelStudy(server: QueueServer, id: string): Promise<void> {
  const mark = server.key("cancelled", id);
  await server.redis.set(mark, "1").catch(async (error) => {
    if (!isLackOfSpace(error)) throw error;
    await server.redis.rename(server.key("configs", id), mark); // which needs no memory
  });
  await server.redis.expire(mark, SECONDS_PER_DAY);
  await removeStudy(server, id);
}

export const isCancelled = async (server: QueueServer, id: string): Promise<boolean> =>
  (await server.redis.exists(server.key("cancelled", id))) === 1;

export async function forgetCancellation(server: QueueServer, id: string): Promise<void> {
  await server.redis.del(server.key("cancelled", id));
}
