import { endianness } from "node:os";

/** The name and the shape of a float32 tensor. */
export interface TensorShape {
  /** Its name, such as "dense_0.weight". */
  readonly name: string;
  /** Length of each axis. */
  readonly shape: readonly number[];
}

/** A float32 tensor with its name. */
export interface NamedTensor extends TensorShape {
  /** Its numbers; the last axis varies fastest. */
  readonly values: Float32Array;
}

/**
 * Encodes tensors in the safetensors format, in parts: the header's length (8 bytes, little-endian), a JSON header, the numbers.
 * Python's `safetensors.torch.load_file` reads it. Source: the format's description in huggingface/safetensors.
 *
 * @param values all numbers of the tensors, in order
 * @param metadata texts by name, stored in the header
 */
export async function* safetensors(
  tensors: readonly TensorShape[],
  values: Iterable<Float32Array> | AsyncIterable<Float32Array>,
  metadata: Readonly<Record<string, string>> = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const { name, shape } of tensors) {
    const end = offset + 4 * shape.reduce((product, length) => product * length, 1);
    header[name] = { dtype: "F32", shape, data_offsets: [offset, end] };
    offset = end;
  }
  // Spaces pad the header so that the numbers start at a multiple of 8 bytes.
  const json = JSON.stringify(header);
  const length = Math.ceil(Buffer.byteLength(json) / 8) * 8;
  const bytes = Buffer.alloc(8 + length, " ");
  bytes.writeBigUInt64LE(BigInt(length), 0);
  bytes.write(json, 8);
  yield bytes;
  for await (const part of values) yield littleEndian(part);
}

function littleEndian(values: Float32Array): Uint8Array {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return endianness() === "LE" ? bytes : Buffer.from(bytes).swap32();
}
