import { createHash } from "node:crypto";
import { sizeOf } from "../formula/shapes.js";
import { writeFileAtomically } from "../system/write-file.js";
import type { TensorShape } from "./named-tensor.js";

/** The types of the tensors that this package writes, and the bytes of a number. */
export const TENSOR_TYPES = { F32: 4, F64: 8, I64: 8 } as const;

/** A tensor in a file. */
export interface StoredTensor extends TensorShape {
  /** Default: float32. */
  readonly type?: keyof typeof TENSOR_TYPES;
}

/** Where the checksum is in a file: the first text of the metadata, so the first in the header. */
export const CHECKSUM = {
  key: "sha256",
  from: 8 + '{"__metadata__":{"sha256":"'.length,
  length: 64,
} as const;

/**
 * Writes tensors to a safetensors file: the header's length (8 bytes, little-endian), a JSON header, the numbers. Python's
 * `safetensors.torch.load_file` reads it. Source: the format's description in huggingface/safetensors.
 *
 * The metadata starts with `sha256`, the SHA-256 of the file in which 64 zeros are in its place.
 *
 * @param values reads all bytes of the tensors, in order and in parts, which may share memory. It is called twice, first for the
 *   checksum.
 * @param metadata texts by name
 * @throws OptimbenchError (FILE) by rejection, after which the old file is unchanged
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly StoredTensor[],
  values: () => AsyncIterable<Float32Array>,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  const header = (sha256: string) => headerOf(tensors, { sha256, ...metadata });
  const hash = createHash("sha256").update(header("0".repeat(CHECKSUM.length)));
  for await (const part of values()) hash.update(bytesOf(part));
  const bytes = header(hash.digest("hex"));
  async function* parts() {
    yield bytes;
    for await (const part of values()) yield bytesOf(part).slice(); // it is read again before this is on the disk
  }
  await writeFileAtomically(path, parts());
}

function headerOf(tensors: readonly StoredTensor[], metadata: Readonly<Record<string, string>>): Buffer {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const { name, shape, type = "F32" } of tensors) {
    const end = offset + TENSOR_TYPES[type] * sizeOf(shape);
    header[name] = { dtype: type, shape, data_offsets: [offset, end] };
    offset = end;
  }
  // Spaces pad the header so that the numbers start at a multiple of 8 bytes.
  const json = JSON.stringify(header);
  const length = Math.ceil(Buffer.byteLength(json) / 8) * 8;
  const bytes = Buffer.alloc(8 + length, " ");
  bytes.writeBigUInt64LE(BigInt(length), 0);
  bytes.write(json, 8);
  return bytes;
}

/** All platforms that libtorch supports are little-endian, as the format is. */
const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
