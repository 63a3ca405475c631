import type { Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { OptimbenchError } from "../../errors.js";
import { fileProblem, isFileProblem } from "../../system/file-problem.js";
import { MOST_BYTES } from "../dataset.js";
import { UNWATCHED, watched } from "../watch.js";
import { isGzip } from "./is-gzip.js";

/**
 * IDX, the format of the MNIST files: two zero bytes, a type, the number of dimensions, the dimensions as big-endian 32-bit
 * integers, then the values row by row. See https://yann.lecun.com/exdb/mnist.
 */

/** The content of an IDX file of unsigned bytes. */
export interface IdxArray {
  readonly dimensions: readonly number[];
  readonly data: Uint8Array;
}

const MOST_DIMENSIONS = 4;

/** The largest expansion of a deflate stream (zlib's technical notes). A file cannot contain an array longer than this allows. */
const MOST_EXPANSION = 1032;

const UNSIGNED_BYTE = 0x08;
const OTHER_TYPES: Record<number, string> = {
  9: "int8",
  11: "int16",
  12: "int32",
  13: "float32",
  14: "float64",
};

/**
 * Reads an IDX file of unsigned bytes. Its first bytes, not its name, determine whether it is gzipped.
 *
 * It allocates what the header declares, at most 1 GiB, whatever a gzip stream expands to.
 *
 * @param check receives the dimensions before any value is read, and throws to reject them
 * @param hash receives the bytes of the file as they are on the disk
 * @throws OptimbenchError (DATA) with the file's name and the reason: missing, truncated, damaged, of another type,
 *   too large, or followed by further bytes
 */
export async function readIdx(
  file: string,
  check: (dimensions: readonly number[]) => void = () => {},
  watch = UNWATCHED,
  hash?: Hash,
): Promise<IdxArray> {
  try {
    const status = await stat(file);
    if (!status.isFile()) throw new Error("it is not a regular file.");
    const gzip = await isGzip(file);
    const packed = createReadStream(file, { highWaterMark: 2 ** 20 });
    const bytes = hashed(watched(packed, { path: file, total: status.size, watch }), hash);
    return await (gzip ? readGzip(bytes, status.size, check) : decode(bytes, status.size, check));
  } catch (error) {
    if (error instanceof OptimbenchError) throw error;
    throw new OptimbenchError("DATA", `Cannot read ${file}: ${reason(error as NodeJS.ErrnoException)}`, {
      cause: error,
    });
  }
}

/** The header of an IDX file of unsigned bytes. */
export function idxHeader(dimensions: readonly number[]): Uint8Array {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header.set([0, 0, UNSIGNED_BYTE, dimensions.length]);
  dimensions.forEach((size, i) => {
    header.writeUInt32BE(size, 4 + 4 * i);
  });
  return header;
}

async function* hashed(source: AsyncIterable<Buffer>, hash?: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    hash?.update(chunk);
    yield chunk;
  }
}

type Check = (dimensions: readonly number[]) => void;

async function readGzip(bytes: AsyncIterable<Buffer>, size: number, check: Check): Promise<IdxArray> {
  const packed = Readable.from(bytes);
  const gunzip = createGunzip({ chunkSize: 2 ** 20 });
  packed.on("error", (error) => gunzip.destroy(error));
  try {
    const array = await decode(packed.pipe(gunzip), size * MOST_EXPANSION, check);
    const rest = size - gunzip.bytesWritten;
    if (rest > 0) throw new Error(`${rest} bytes follow its gzip stream.`);
    return array;
  } finally {
    packed.destroy();
  }
}

/** @param available the most bytes that `source` can yield */
async function decode(source: AsyncIterable<Buffer>, available: number, check: Check): Promise<IdxArray> {
  let head = Buffer.alloc(0);
  let array: IdxArray | undefined;
  let filled = 0;
  for await (let chunk of source) {
    if (array === undefined) {
      head = Buffer.concat([head, chunk]);
      const dimensions = parseHeader(head);
      if (dimensions === undefined) continue;
      check(dimensions);
      array = { dimensions, data: new Uint8Array(valueCount(dimensions, available)) };
      chunk = head.subarray(4 + 4 * dimensions.length);
    }
    if (filled + chunk.length > array.data.length)
      throw new Error(`extra bytes follow the ${array.data.length} values declared in its header.`);
    array.data.set(chunk, filled);
    filled += chunk.length;
  }
  if (array === undefined) throw new Error("it ends within its header.");
  if (filled < array.data.length)
    throw new Error(
      `it is truncated: its header declares ${array.data.length} values, but ${filled} are present.`,
    );
  return array;
}

/** The dimensions, or undefined if `head` does not contain all of them. */
function parseHeader(head: Buffer): number[] | undefined {
  if (head.length < 4) return undefined;
  const [zero, zeroToo, type, rank] = head as Buffer & [number, number, number, number];
  if (zero !== 0 || zeroToo !== 0 || !(type === UNSIGNED_BYTE || type in OTHER_TYPES))
    throw new Error(`it is not an IDX file (it starts with the bytes ${head.toString("hex", 0, 4)}).`);
  if (type !== UNSIGNED_BYTE)
    throw new Error(`its values are ${OTHER_TYPES[type]}; expected unsigned bytes (type 08).`);
  if (rank < 1 || rank > MOST_DIMENSIONS)
    throw new Error(`it has ${rank} dimensions; expected 1 to ${MOST_DIMENSIONS}.`);
  if (head.length < 4 + 4 * rank) return undefined;
  return Array.from({ length: rank }, (_, i) => head.readUInt32BE(4 + 4 * i));
}

function valueCount(dimensions: readonly number[], available: number): number {
  const count = dimensions.reduce((product, size) => product * size, 1);
  const announced = `its header declares ${dimensions.join(" x ")} values`;
  if (count === 0) throw new Error(`${announced}, so it is empty.`);
  if (count > MOST_BYTES) throw new Error(`${announced}, more than the largest supported size, 1 GiB.`);
  if (count > available) throw new Error(`it is truncated: ${announced}, more than the file can hold.`);
  return count;
}

function reason(error: NodeJS.ErrnoException): string {
  if (isFileProblem(error)) return `${fileProblem(error)}.`;
  if (error.code === "Z_BUF_ERROR") return "it is truncated: its gzip stream is incomplete.";
  if (error.code?.startsWith("Z_")) return `its gzip stream is damaged (${error.message}).`;
  return error.message;
}
