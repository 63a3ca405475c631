import { createHash } from "node:crypto";
import { constants, type FileHandle, open } from "node:fs/promises";
import { z } from "zod";
import { OptimbenchError, reasonOf } from "../errors.js";
import { fileProblem } from "../system/file-problem.js";
import { validate } from "../validation/parse.js";
import { CHECKSUM } from "./write-safetensors.js";

/** The longest header that is read: 100 million bytes, as in the format's own library. */
const LONGEST_HEADER = 100_000_000;
/** To open a pipe for reading would wait for a writer. */
const WITHOUT_WAITING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
/** Bytes read at a time. */
const PART = 1 << 18;

/** Bytes of a number of each type of the format. */
const BYTES: Readonly<Record<string, number>> = {
  ...{ BOOL: 1, U8: 1, I8: 1, F8_E4M3: 1, F8_E5M2: 1, U16: 2, I16: 2, F16: 2, BF16: 2 },
  ...{ U32: 4, I32: 4, F32: 4, U64: 8, I64: 8, F64: 8 },
};

const length = z.int().min(0);
const tensorSchema = z.object({
  dtype: z.string(),
  shape: z.array(length).max(64),
  data_offsets: z.tuple([length, length]),
});
const metadataSchema = z.record(z.string(), z.string());

/** A tensor in an open file. */
export interface TensorInFile {
  readonly name: string;
  /** Such as "F32". */
  readonly type: string;
  readonly shape: readonly number[];
  /** Its first byte in the file. */
  readonly first: number;
  readonly bytes: number;
}

/** A safetensors file, open for reading. Its header is known to describe the file. */
export interface OpenSafetensors {
  readonly path: string;
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, TensorInFile>;
  /**
   * Reads a float32 tensor, or the bytes of another one as floats, in parts. Each part overwrites the previous one.
   *
   * @throws OptimbenchError (FILE) after the last part if the file has changed since it was opened
   */
  values(tensor: TensorInFile): AsyncGenerator<Float32Array, void, undefined>;
  /** @throws OptimbenchError (FILE) by rejection if the content does not have the checksum of its metadata, or is changing */
  verify(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a safetensors file from any source.
 *
 * @throws OptimbenchError (FILE) by rejection if it cannot be read, is truncated, or is another kind of file
 */
export async function openSafetensors(path: string): Promise<OpenSafetensors> {
  const fail = (reason: string, cause?: unknown) =>
    new OptimbenchError("FILE", `Cannot read ${path}: ${reason}.`, { cause, path });
  const file = await open(path, WITHOUT_WAITING).catch((cause: unknown) => {
    throw fail(fileProblem(cause), cause);
  });
  try {
    return await read(file, path, fail);
  } catch (cause) {
    await file.close();
    throw cause instanceof OptimbenchError ? cause : fail(fileProblem(cause), cause);
  }
}

type Fail = (reason: string, cause?: unknown) => OptimbenchError;

async function read(file: FileHandle, path: string, fail: Fail): Promise<OpenSafetensors> {
  const stats = await file.stat();
  if (!stats.isFile()) throw fail(stats.isDirectory() ? "it is a folder" : "it is not a regular file");
  const { size, mtimeMs } = stats;
  if (size < 8) throw fail(size === 0 ? "it is empty" : "it is not a safetensors file");
  const length = Number((await bytesAt(file, 0, 8)).readBigUInt64LE());
  if (length > LONGEST_HEADER)
    throw fail(
      isPickle(await bytesAt(file, 0, Math.min(size, 128)))
        ? pickleAdvice(path)
        : "it is not a safetensors file",
    );
  if (8 + length > size) throw fail("it is truncated, or not a safetensors file");
  const header = parseHeader(await bytesAt(file, 8, length), fail);
  const data = 8 + length;
  const tensors = tensorsOf(header.tensors, data, fail);
  const end = tensors.reduce((last, { first, bytes }) => Math.max(last, first + bytes), data);
  if (end > size) throw fail(`it is truncated: it has ${size} bytes, but its header describes ${end}`);
  if (end < size) throw fail(`it has ${size - end} more bytes than its header describes`);
  const partAt = (position: number, rest: number) =>
    bytesAt(file, position, Math.min(PART, rest)).catch((cause: unknown) => {
      throw fail(fileProblem(cause), cause);
    });
  /** What `verify` has read must be what `values` reads, also if another program writes into the file. */
  const requireUnchanged = async () => {
    const now = await file.stat();
    if (now.size !== size || now.mtimeMs !== mtimeMs) throw fail("it changed while it was read");
  };
  return {
    path,
    metadata: header.metadata,
    tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])),
    async *values({ first, bytes }) {
      for (let at = 0; at < bytes; at += PART) {
        const { buffer, byteOffset, byteLength } = await partAt(first + at, bytes - at);
        yield new Float32Array(buffer as ArrayBuffer, byteOffset, byteLength / 4);
      }
      await requireUnchanged();
    },
    async verify() {
      const expected = header.metadata.get(CHECKSUM.key) ?? "";
      const hash = createHash("sha256");
      for (let at = 0; at < size; at += PART) {
        const part = await partAt(at, size - at);
        if (at === 0) part.fill("0", CHECKSUM.from, CHECKSUM.from + CHECKSUM.length);
        hash.update(part);
      }
      if (hash.digest("hex") !== expected)
        throw fail("its content does not have the checksum in its metadata, so it was altered or damaged");
      await requireUnchanged();
    },
    close: () => file.close(),
  };
}

/** Whether a file is what `torch.save` writes: a ZIP archive whose first entry is data.pkl or, formerly, a pickle. */
function isPickle(start: Buffer): boolean {
  const isArchive = start.toString("latin1", 0, 2) === "PK" && start.includes("/data.pkl");
  return isArchive || (start[0] === 0x80 && start[1]! >= 2 && start[1]! <= 5);
}

/** Why a pickle is refused, without a final full stop. */
const pickleAdvice = (
  path: string,
) => `it is a pickle of PyTorch, which can run code when it is opened, so it is refused. Convert it with Python:
  import torch, safetensors.torch
  safetensors.torch.save_file(torch.load(${JSON.stringify(path)}, map_location="cpu", weights_only=True), "model.safetensors")
Then load model.safetensors`;

/** Reads bytes into new memory, at a multiple of 8. */
async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.from(new ArrayBuffer(length));
  for (let filled = 0; filled < length; ) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) throw new Error("it became shorter while it was read");
    filled += bytesRead;
  }
  return buffer;
}

function parseHeader(bytes: Buffer, fail: Fail) {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw fail("it is not a safetensors file, or its header is damaged", cause);
  }
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw fail("it is not a safetensors file, or its header is damaged");
  const { __metadata__: metadata = {}, ...tensors } = json as Record<string, unknown>;
  const texts = valid(metadataSchema, metadata, "__metadata__", fail);
  return {
    metadata: new Map(Object.entries(texts)),
    tensors: Object.entries(tensors).map(([name, tensor]) => ({
      name,
      ...valid(tensorSchema, tensor, JSON.stringify(name.slice(0, 100)), fail),
    })),
  };
}

function valid<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  where: string,
  fail: Fail,
): z.output<Schema> {
  const result = validate(schema, value);
  if (result.success) return result.data as z.output<Schema>;
  const { message, path } = result.issues[0]!;
  throw fail(`its header is damaged at ${where}: ${reasonOf(message.replaceAll("{path}", path.join(".")))}`);
}

/** Every byte after the header must belong to one tensor. */
function tensorsOf(
  all: readonly ({ readonly name: string } & z.output<typeof tensorSchema>)[],
  data: number,
  fail: Fail,
): readonly TensorInFile[] {
  const tensors = all
    .map(({ name, dtype, shape, data_offsets: [start, end] }) => {
      const bytes = (BYTES[dtype] ?? Number.NaN) * shape.reduce((product, axis) => product * axis, 1);
      if (bytes !== end - start)
        throw fail(
          `its header is damaged: the length of ${JSON.stringify(name.slice(0, 100))} does not fit its shape`,
        );
      return { name, type: dtype, shape, first: data + start, bytes };
    })
    .sort((a, b) => a.first - b.first || a.bytes - b.bytes);
  let next = data;
  for (const { first, bytes } of tensors) {
    if (first !== next) throw fail("its header is damaged: its tensors overlap or have gaps");
    next += bytes;
  }
  return tensors;
}
