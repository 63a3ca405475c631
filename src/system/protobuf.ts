/** The encoding of protocol buffers: a message is the concatenation of its fields. Source: protobuf.dev/programming-guides/encoding. */

const VARINT = 0;
const EIGHT_BYTES = 1;
const LENGTH = 2;
const FOUR_BYTES = 5;

/** A non-negative whole number. */
export const integer = (field: number, value: number): Uint8Array =>
  concat([key(field, VARINT), varint(value)]);

export function double(field: number, value: number): Uint8Array {
  const data = new Uint8Array(8);
  new DataView(data.buffer).setFloat64(0, value, true);
  return concat([key(field, EIGHT_BYTES), data]);
}

export function float(field: number, value: number): Uint8Array {
  const data = new Uint8Array(4);
  new DataView(data.buffer).setFloat32(0, value, true);
  return concat([key(field, FOUR_BYTES), data]);
}

/** Bytes, or a message in a message. */
export const bytes = (field: number, data: Uint8Array): Uint8Array =>
  concat([lengthOf(field, data.length), data]);

/** What precedes the bytes of such a field. */
export const lengthOf = (field: number, length: number): Uint8Array =>
  concat([key(field, LENGTH), varint(length)]);

export const text = (field: number, value: string): Uint8Array =>
  bytes(field, new TextEncoder().encode(value));

export const concat = (parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);

const key = (field: number, type: number) => varint(field * 8 + type);

function varint(value: number): Uint8Array {
  const data: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) data.push((rest % 0x80) | 0x80);
  return Uint8Array.of(...data, rest);
}
