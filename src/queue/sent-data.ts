import { z } from "zod";
import type { Dataset, ImageSet } from "../data/dataset.js";
import { configError } from "../errors.js";
import { keepWhole } from "../validation/plain-data.js";
import type { QueueServer } from "./server.js";

/** The largest dataset that is sent through the server, in bytes. */
export const MOST_SENT = 256 * 2 ** 20;
const CHUNK = 2 ** 20;

/** What is sent before the arrays: everything else of a dataset, and which arrays follow. */
const headSchema = z.object({
  about: z.record(z.string(), z.unknown()),
  sets: z.record(z.enum(["train", "validation", "test"]).or(z.string()), z.object({ count: z.int() })),
  arrays: z.array(
    z.object({
      set: z.string(),
      kind: z.enum(["images", "labels", "targets", "groups"]),
      type: z.string(),
      bytes: z.int().min(0),
    }),
  ),
});

const TYPES = { Uint8Array, Uint16Array, Uint32Array, Float32Array } as const;

/**
 * Sends a dataset through the server, in chunks, unless the server has it.
 *
 * @throws OptimbenchError (CONFIG) if it is too large
 */
export async function sendDataset(server: QueueServer, sha256: string, dataset: Dataset): Promise<void> {
  const key = server.key("data", sha256);
  const { images: _, labels: __, targets: ___, groups: ____, validation, test, ...about } = dataset;
  const sets = { train: dataset, ...(validation && { validation }), ...(test && { test }) };
  const parts = Object.entries(sets).flatMap(([set, of]) =>
    arraysOf(of).map(([kind, array]) => ({ set, kind, array })),
  );
  const bytes = parts.reduce((sum, { array }) => sum + array.byteLength, 0);
  if (bytes > MOST_SENT)
    throw configError(
      `The dataset "${dataset.name}" has ${Math.ceil(bytes / 2 ** 20)} MiB, but at most ${MOST_SENT / 2 ** 20} MiB are sent through the server. Put its files where all workers read them, under the same path.`,
      "dataset",
    );
  if ((await server.redis.hexists(key, "head")) === 1) return;
  const whole = Buffer.concat(parts.map(({ array }) => bytesOf(array)));
  for (let start = 0; start < whole.length; start += CHUNK)
    await server.redis.hset(key, String(start / CHUNK), whole.subarray(start, start + CHUNK));
  const head: z.output<typeof headSchema> = {
    about,
    sets: Object.fromEntries(Object.entries(sets).map(([set, { count }]) => [set, { count }])),
    arrays: parts.map(({ set, kind, array }) => ({
      set,
      kind,
      type: array.constructor.name,
      bytes: array.byteLength,
    })),
  };
  await server.redis.hset(key, "head", JSON.stringify(head)); // last, so that a dataset with a head is whole
}

/** Receives a dataset that was sent. The caller compares its checksum. @returns undefined if it is not there, or damaged */
export async function receiveDataset(server: QueueServer, sha256: string): Promise<Dataset | undefined> {
  const key = server.key("data", sha256);
  const text = await server.redis.hget(key, "head");
  if (text === null) return undefined;
  const head = headSchema.parse(JSON.parse(text));
  const size = head.arrays.reduce((sum, { bytes }) => sum + bytes, 0);
  if (size > MOST_SENT) return undefined;
  const chunks: Buffer[] = [];
  for (let i = 0; i * CHUNK < size; i++) {
    const chunk = await server.redis.hgetBuffer(key, String(i));
    if (chunk === null) return undefined;
    chunks.push(chunk);
  }
  const whole = Buffer.concat(chunks);
  const sets: Record<string, Record<string, unknown>> = {};
  let start = 0;
  for (const { set, kind, type, bytes } of head.arrays) {
    const Type = TYPES[type as keyof typeof TYPES];
    const part = Uint8Array.from(whole.subarray(start, start + bytes)); // a copy is aligned
    if (Type === undefined || part.byteLength !== bytes || bytes % Type.BYTES_PER_ELEMENT !== 0)
      return undefined;
    sets[set] = { ...sets[set], ...head.sets[set], [kind]: new Type(part.buffer) };
    start += bytes;
  }
  const { train, ...heldOut } = sets;
  return keepWhole(Object.freeze({ ...head.about, ...train, ...heldOut }) as unknown as Dataset);
}

type Sent = Uint8Array | Uint16Array | Uint32Array | Float32Array;

const arraysOf = ({ images, labels, targets, groups }: ImageSet & { readonly groups?: Uint32Array }) =>
  Object.entries({ images, labels, ...(targets && { targets }), ...(groups && { groups }) }) as [
    "images" | "labels" | "targets" | "groups",
    Sent,
  ][];

const bytesOf = ({ buffer, byteOffset, byteLength }: Sent) => Buffer.from(buffer, byteOffset, byteLength);
