import { MOST_BYTES } from "../dataset.js";
import { parts } from "../parts.js";

/**
 * NumPy's format of an array: a header that is a Python dictionary, then the values. See
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
 */

/** An array of numbers in C order. */
export interface NpyArray {
  readonly shape: readonly number[];
  /** Bytes if they were uint8. */
  readonly values: Uint8Array | Float32Array;
}

const MAGIC = "\x93NUMPY";
const LONGEST_HEADER = 10_000;
const MOST_DIMENSIONS = 8;

type Read = (view: DataView, offset: number, isLittle: boolean) => number;

/** How to read a value of each type, and its size in bytes. */
const TYPES: Readonly<Record<string, { readonly size: number; readonly read: Read }>> = {
  b1: { size: 1, read: (view, at) => view.getUint8(at) },
  u1: { size: 1, read: (view, at) => view.getUint8(at) },
  i1: { size: 1, read: (view, at) => view.getInt8(at) },
  u2: { size: 2, read: (view, at, little) => view.getUint16(at, little) },
  i2: { size: 2, read: (view, at, little) => view.getInt16(at, little) },
  u4: { size: 4, read: (view, at, little) => view.getUint32(at, little) },
  i4: { size: 4, read: (view, at, little) => view.getInt32(at, little) },
  u8: { size: 8, read: (view, at, little) => Number(view.getBigUint64(at, little)) },
  i8: { size: 8, read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  f2: { size: 2, read: (view, at, little) => halfFloat(view.getUint16(at, little)) },
  f4: { size: 4, read: (view, at, little) => view.getFloat32(at, little) },
  f8: { size: 8, read: (view, at, little) => view.getFloat64(at, little) },
};

interface Header {
  /** Where the values begin. */
  readonly start: number;
  readonly type: string;
  readonly isLittle: boolean;
  readonly isFortran: boolean;
  readonly shape: readonly number[];
}

/**
 * Decodes an array. It allocates what the header declares, which is at most what the source can hold.
 *
 * @param available the most bytes that `source` can yield
 * @throws Error with the reason: not NumPy's format, truncated, of a type that is not a number, too large, or followed by more
 */
export async function decodeNpy(source: AsyncIterable<Uint8Array>, available: number): Promise<NpyArray> {
  let head = Buffer.alloc(0);
  let header: Header | undefined;
  let bytes = new Uint8Array(0);
  let filled = 0;
  for await (let chunk of source) {
    if (header === undefined) {
      head = Buffer.concat([head, chunk]);
      header = parseHeader(head);
      if (header === undefined) continue;
      bytes = new Uint8Array(byteCount(header, available - header.start));
      chunk = head.subarray(header.start);
    }
    if (filled + chunk.length > bytes.length)
      throw new Error(`extra bytes follow the ${bytes.length} bytes that its header declares.`);
    bytes.set(chunk, filled);
    filled += chunk.length;
  }
  if (header === undefined) throw new Error("it ends within its header.");
  if (filled < bytes.length)
    throw new Error(`it is truncated: its header declares ${bytes.length} bytes, but ${filled} are present.`);
  const { shape } = header;
  const values = await numbers(bytes, header);
  return { shape, values: header.isFortran ? await reordered(values, shape, reversed(shape)) : values };
}

/** The header, or undefined if `head` does not contain all of it. */
function parseHeader(head: Buffer): Header | undefined {
  if (head.length < 12) return undefined;
  if (head.toString("latin1", 0, 6) !== MAGIC) throw new Error("it is not an array of NumPy.");
  const version = head[6]!;
  if (version < 1 || version > 3)
    throw new Error(`it has version ${version} of the format; expected 1 to 3.`);
  const [from, length] = version === 1 ? [10, head.readUInt16LE(8)] : [12, head.readUInt32LE(8)];
  if (length > LONGEST_HEADER)
    throw new Error(`its header has ${length} bytes; at most ${LONGEST_HEADER} are read.`);
  if (head.length < from + length) return undefined;
  const text = head.toString("latin1", from, from + length);
  const [, descr] = /'descr': *'([^']*)'/.exec(text) ?? [];
  const [, order] = /'fortran_order': *(True|False)/.exec(text) ?? [];
  const [, sizes] = /'shape': *\(([\d, ]*)\)/.exec(text) ?? [];
  if (/'descr': *\[/.test(text)) throw new Error("its values are records; expected numbers.");
  if (descr === undefined || order === undefined || sizes === undefined)
    throw new Error("its header does not say `descr`, `fortran_order` and `shape` as NumPy writes them.");
  const [, byteOrder, type] = /^([<>=|])(\w+)$/.exec(descr) ?? [];
  if (type === undefined || !Object.hasOwn(TYPES, type))
    throw new Error(`its values are ${typeText(descr)}; expected integers or floats.`);
  const shape = sizes
    .split(",")
    .filter((size) => size.trim() !== "")
    .map(Number);
  if (shape.length > MOST_DIMENSIONS) throw new Error(`it has ${shape.length} dimensions.`);
  return { start: from + length, type, isLittle: byteOrder !== ">", isFortran: order === "True", shape };
}

const typeText = (descr: string) =>
  ({ O: "Python objects", U: "text", S: "text", c: "complex numbers" })[descr.replace(/^[<>=|]/, "")[0]!] ??
  `of the type ${JSON.stringify(descr.slice(0, 40))}`;

function byteCount({ shape, type }: Header, available: number): number {
  const bytes = shape.reduce((product, size) => product * size, TYPES[type]!.size);
  const declared = `its header declares ${shape.join(" x ")} values`;
  if (bytes === 0) throw new Error(`${declared}, so it is empty.`);
  if (bytes > 2 * MOST_BYTES) throw new Error(`${declared}, more than the largest supported size, 2 GiB.`);
  if (bytes > available) throw new Error(`it is truncated: ${declared}, more than the file can hold.`);
  return bytes;
}

async function numbers(bytes: Uint8Array, { type, isLittle }: Header): Promise<Uint8Array | Float32Array> {
  if (type === "u1") return bytes;
  const { size, read } = TYPES[type]!;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const values = new Float32Array(bytes.length / size);
  for await (const [first, end] of parts(values.length))
    for (let i = first; i < end; i++) values[i] = read(view, i * size, isLittle);
  return values;
}

function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** The strides of an array in Fortran order. */
function reversed(shape: readonly number[]): number[] {
  let stride = 1;
  return shape.map((size) => {
    const own = stride;
    stride *= size;
    return own;
  });
}

/**
 * Copies values into C order.
 *
 * @param shape the sizes of the axes of the result
 * @param strides how far apart neighbours along each axis are in `values`
 */
export async function reordered<Values extends Uint8Array | Float32Array>(
  values: Values,
  shape: readonly number[],
  strides: readonly number[],
): Promise<Values> {
  const result = new (values.constructor as new (length: number) => Values)(values.length);
  const at = shape.map(() => 0);
  let place = 0;
  for await (const [first, end] of parts(values.length))
    for (let i = first; i < end; i++) {
      result[i] = values[place]!;
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        place += strides[axis]!;
        if (++at[axis]! < shape[axis]!) break;
        place -= strides[axis]! * shape[axis]!;
        at[axis] = 0;
      }
    }
  return result;
}
