/** A named tensor of float32 numbers, row by row. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/**
 * Encodes tensors in the safetensors format: the header's length (8 bytes, little-endian), a JSON header, the numbers.
 * Python's `safetensors.torch.load_file` reads it. Source: the format's description in huggingface/safetensors.
 *
 * @param metadata free text by name, kept in the header
 */
export function encodeSafetensors(
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const { name, shape, values } of tensors) {
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
  }
  // Spaces pad the header so that the numbers start at a multiple of 8 bytes.
  const json = JSON.stringify(header);
  const length = Math.ceil(Buffer.byteLength(json) / 8) * 8;
  const bytes = Buffer.alloc(8 + length + offset, " ");
  bytes.writeBigUInt64LE(BigInt(length), 0);
  bytes.write(json, 8);
  let at = 8 + length;
  for (const { values } of tensors) {
    for (const value of values) at = bytes.writeFloatLE(value, at);
  }
  return bytes;
}
