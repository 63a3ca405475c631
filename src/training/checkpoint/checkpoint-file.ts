import { z } from "zod";
import { OptimbenchError } from "../../errors.js";
import type { NativeSession, VectorInfo } from "../../native/addon.js";
import { type OpenSafetensors, openSafetensors } from "../../safetensors/open-safetensors.js";
import { writeSafetensors } from "../../safetensors/write-safetensors.js";
import { validate } from "../../validation/parse.js";
import { type Progress, progressSchema } from "./progress.js";
import { type RunIdentity, runIdentitySchema } from "./run-identity.js";

/** The metadata text `format` of this kind of file. */
const FORMAT = "optimbench checkpoint 1";

/** Numbers per turn of the event loop. */
const PART = 1 << 16;

const TYPES = { float32: "F32", float64: "F64", int64: "I64" } as const;
/** Prefix of the best epoch's weights, with early stopping. */
const KEPT = "kept.";

const contentSchema = z.object({ run: runIdentitySchema, progress: progressSchema });

/** What a checkpoint says of its run. */
export type CheckpointContent = z.output<typeof contentSchema>;

/**
 * Writes everything that training has changed to a safetensors file: a tensor for each vector of the session, and texts of what
 * run it is and how far.
 *
 * @throws OptimbenchError (FILE) by rejection, after which the old file is unchanged
 */
export async function writeCheckpoint(
  path: string,
  session: NativeSession,
  { run, progress }: { readonly run: RunIdentity; readonly progress: Progress },
): Promise<void> {
  const vectors = session.vectors();
  const tensors = vectors.map(({ name, type, length }) => ({
    name,
    type: TYPES[type],
    shape: [type === "float32" ? length : 1],
  }));
  await writeSafetensors(path, tensors, () => numbers(session, vectors), {
    format: FORMAT,
    run: JSON.stringify(run),
    progress: JSON.stringify(progress),
  });
}

async function* numbers(session: NativeSession, vectors: readonly VectorInfo[]) {
  const part = new Float32Array(PART);
  for (const { name, length } of vectors)
    for (let offset = 0; offset < length; offset += PART) {
      const into = part.subarray(0, length - offset);
      await session.read({ vector: name, offset, into });
      yield into;
    }
}

/** A checkpoint, open for reading. */
export interface OpenCheckpoint extends CheckpointContent {
  /** Gives a session the state in the file. */
  restore(session: NativeSession): Promise<void>;
  close(): Promise<void>;
}

/** @throws OptimbenchError (FILE) by rejection if it cannot be read, is damaged, or is not a checkpoint */
export async function openCheckpoint(path: string): Promise<OpenCheckpoint> {
  const file = await openSafetensors(path);
  try {
    if (file.metadata.get("format") !== FORMAT)
      throw notUsable(path, "it is not a checkpoint of this version");
    await file.verify();
    const content = contentOf(file);
    return { ...content, restore: (session) => restore(file, session), close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

const notUsable = (path: string, reason: string) =>
  new OptimbenchError("FILE", `Cannot resume from ${path}: ${reason}.`, { path });

function contentOf({ path, metadata }: OpenSafetensors): CheckpointContent {
  const json = (key: string): unknown => JSON.parse(metadata.get(key) ?? "null");
  let result: ReturnType<typeof validate>;
  try {
    result = validate(contentSchema, { run: json("run"), progress: json("progress") });
  } catch {
    throw notUsable(path, "its metadata is damaged");
  }
  if (!result.success) throw notUsable(path, "its metadata is damaged");
  return result.data as CheckpointContent;
}

async function restore(file: OpenSafetensors, session: NativeSession): Promise<void> {
  const vectors = session.vectors();
  const kept = vectors.filter(({ name }) => file.tensors.has(KEPT + name));
  for (const vector of kept) await fill(session, vector, file, KEPT + vector.name);
  if (kept.length > 0) await session.keep();
  for (const vector of vectors) await fill(session, vector, file, vector.name);
}

async function fill(
  session: NativeSession,
  { name: vector, type, length }: VectorInfo,
  file: OpenSafetensors,
  name: string,
): Promise<void> {
  const tensor = file.tensors.get(name);
  if (tensor?.type !== TYPES[type] || tensor.bytes !== 4 * length)
    throw notUsable(file.path, `it has no tensor \`${name}\` of ${length} numbers`);
  let offset = 0;
  for await (const from of file.values(tensor)) {
    await session.write({ vector, offset, from });
    offset += from.length;
  }
}
