import { z } from "zod";
import type { Dataset, ImageSet } from "../data/dataset.js";
import { type DatasetInMemory, inMemoryDataset } from "../data/in-memory.js";
import { configError, OptimbenchError, reasonOf } from "../errors.js";
import { keepWhole } from "../validation/plain-data.js";
import type { QueueServer } from "./server.js";
import { isServerProblem } from "./server-problem.js";

/** The largest dataset that is sent through the server, in bytes. */
export const MOST_SENT = 256 * 2 ** 20;
const CHUNK = 2 ** 20;
const MOST_HEAD = 2 ** 24;

/** What is sent before the arrays: everything else of a dataset, and which arrays follow. */
const headSchema = z.object({
  about: z.record(z.string(), z.unknown()),
  arrays: z
    .array(
      z.object({
        set: z.enum(["train", "validation", "test"]),
        kind: z.enum(["images", "labels", "targets", "groups"]),
        type: z.enum(["Uint8Array", "Uint16Array", "Uint32Array", "Float32Array"]),
        bytes: z.int().min(0),
      }),
    )
    .max(12),
});

const TYPES = { Uint8Array, Uint16Array, Uint32Array, Float32Array } as const;

/**
 * Sends a dataset through the server, in chunks, unless the server has it.
 *
 * @throws OptimbenchError (CONFIG) if it is too large
 */
export async function sendDataset(server: QueueServer, sha256: string, dataset: Dataset): Promise<void> {
  const key = server.key("data", sha256);
  const {
    images: _,
    labels: __,
    targets: ___,
    groups: ____,
    count: _____,
    validation,
    test,
    ...about
  } = dataset;
  const sets = { train: dataset, ...(validation && { validation }), ...(test && { test }) };
  const parts = (Object.entries(sets) as ["train" | "validation" | "test", ImageSet][]).flatMap(([set, of]) =>
    arraysOf(of).map(([kind, array]) => ({ set, kind, array })),
  );
  const bytes = parts.reduce((sum, { array }) => sum + array.byteLength, 0);
  if (bytes > MOST_SENT)
    throw configError(
      `The dataset "${dataset.name}" has ${Math.ceil(bytes / 2 ** 20)} MiB, but at most ${MOST_SENT / 2 ** 20} MiB are sent through the server. Put its files where all workers read them, under the same path.`,
      "dataset",
    );
  if (await isSent(server, sha256)) return;
  const whole = Buffer.concat(parts.map(({ array }) => bytesOf(array)));
  for (let start = 0; start < whole.length; start += CHUNK)
    await server.redis.hset(key, String(start / CHUNK), whole.subarray(start, start + CHUNK));
  const head: z.output<typeof headSchema> = {
    about,
    arrays: parts.map(({ set, kind, array }) => ({
      set,
      kind,
      type: array.constructor.name as keyof typeof TYPES,
      bytes: array.byteLength,
    })),
  };
  await server.redis.hset(key, "head", JSON.stringify(head)); // last, so that a dataset with a head is whole
}

/** Whether the server has a dataset. */
export const isSent = async (server: QueueServer, sha256: string): Promise<boolean> =>
  (await server.redis.hexists(server.key("data", sha256), "head")) === 1;

/**
 * Receives a dataset that was sent. The caller compares its checksum.
 *
 * @returns undefined if it is not there
 * @throws OptimbenchError (DATA) if it is damaged
 */
export async function receiveDataset(server: QueueServer, sha256: string): Promise<Dataset | undefined> {
  const key = server.key("data", sha256);
  if (!(await isSent(server, sha256))) return undefined;
  try {
    return keepWhole(Object.freeze(await received(server, key)));
  } catch (cause) {
    if (isServerProblem(cause)) throw cause;
    throw new OptimbenchError("DATA", `The dataset on the server is damaged: ${reasonOf(cause)}`, { cause });
  }
}

async function received(server: QueueServer, key: string): Promise<Dataset> {
  const part = async (field: string, most: number): Promise<Buffer> => {
    // A value may be much larger than what was sent.
    const bytes =
      (await server.redis.hstrlen(key, field)) > most ? null : await server.redis.hgetBuffer(key, field);
    if (bytes === null) throw new Error(`its part "${field}" is missing or too large.`);
    return bytes;
  };
  const { about, arrays } = headSchema.parse(JSON.parse((await part("head", MOST_HEAD)).toString()));
  const size = arrays.reduce((sum, { bytes }) => sum + bytes, 0);
  if (size > MOST_SENT) throw new Error("it is too large.");
  const chunks: Buffer[] = [];
  for (let i = 0; i * CHUNK < size; i++) chunks.push(await part(String(i), CHUNK));
  const whole = Buffer.concat(chunks);
  if (whole.length !== size) throw new Error("it has another size than was sent.");
  const sets: Record<"train" | "validation" | "test", object | undefined> = {
    train: undefined,
    validation: undefined,
    test: undefined,
  };
  let start = 0;
  for (const { set, kind, type, bytes } of arrays) {
    const copy = Uint8Array.from(whole.subarray(start, start + bytes)); // a copy is aligned
    sets[set] = { ...sets[set], [kind]: new TYPES[type](copy.buffer) };
    start += bytes;
  }
  const { train, ...heldOut } = sets;
  return inMemoryDataset({ ...about, ...train, ...heldOut } as DatasetInMemory);
}

type Sent = Uint8Array | Uint16Array | Uint32Array | Float32Array;

const arraysOf = ({ images, labels, targets, groups }: ImageSet & { readonly groups?: Uint32Array }) =>
  Object.entries({ images, labels, ...(targets && { targets }), ...(groups && { groups }) }) as [
    "images" | "labels" | "targets" | "groups",
    Sent,
  ][];

const bytesOf = ({ buffer, byteOffset, byteLength }: Sent) => Buffer.from(buffer, byteOffset, byteLength);
