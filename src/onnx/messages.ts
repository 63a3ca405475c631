import { sizeOf } from "../formula/shapes.js";
import { bytes, concat, float, integer, lengthOf, text } from "../system/protobuf.js";

// The messages of an ONNX file, as far as models need them. Source: onnx/onnx.proto in onnx/onnx.

/** Types of numbers, as the format numbers them. */
export const TYPES = { float32: 1, uint8: 2, int64: 7, float64: 11 } as const;

/** Types of attributes. */
const FLOAT = 1;
const INT = 2;
const INTS = 7;

/** An operator with its inputs. Its output has its name. */
export interface OnnxNode {
  readonly operator: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly integers?: Readonly<Record<string, number | readonly number[]>>;
  readonly floats?: Readonly<Record<string, number>>;
}

/** A tensor whose numbers are part of the graph. */
export interface OnnxConstant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | Float64Array | BigInt64Array;
}

/** An input or output of an ONNX file. */
export interface OnnxTensor {
  /** Its name. */
  readonly name: string;
  /** Type of its numbers. */
  readonly type: "uint8" | "float32";
  /** Length of each axis; "batch" is any number of images. */
  readonly shape: readonly ["batch", ...number[]];
}

export function encodeNode({ operator, name, inputs, integers = {}, floats = {} }: OnnxNode): Uint8Array {
  const attributes = [
    ...Object.entries(integers).map(([key, value]) => integerAttribute(key, value)),
    ...Object.entries(floats).map(([key, value]) => [text(1, key), float(2, value), integer(20, FLOAT)]),
  ];
  return concat([
    ...inputs.map((input) => text(1, input)),
    text(2, name), // the output
    text(3, name),
    text(4, operator),
    ...attributes.map((fields) => bytes(5, concat(fields))),
  ]);
}

const integerAttribute = (key: string, value: number | readonly number[]) =>
  typeof value === "number"
    ? [text(1, key), integer(3, value), integer(20, INT)]
    : [text(1, key), ...value.map((each) => integer(8, each)), integer(20, INTS)];

export function encodeConstant({ name, shape, values }: OnnxConstant): Uint8Array {
  const type =
    values instanceof Float32Array ? "float32" : values instanceof Float64Array ? "float64" : "int64";
  const { buffer, byteOffset, byteLength } = values;
  const data = new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
  return concat([tensorHead(name, shape, type), bytes(9, data)]);
}

/** What precedes the numbers of a float32 tensor in the message of its graph. The numbers end the tensor. */
export function weightHead(name: string, shape: readonly number[]): Uint8Array {
  const size = 4 * sizeOf(shape);
  const head = concat([tensorHead(name, shape, "float32"), lengthOf(9, size)]);
  return concat([lengthOf(5, head.length + size), head]);
}

const tensorHead = (name: string, shape: readonly number[], type: keyof typeof TYPES) =>
  concat([...shape.map((axis) => integer(1, axis)), integer(2, TYPES[type]), text(8, name)]);

export function encodeTensorInfo({ name, type, shape }: OnnxTensor): Uint8Array {
  const axes = shape.map((axis) => (typeof axis === "number" ? integer(1, axis) : text(2, axis)));
  const tensor = concat([integer(1, TYPES[type]), bytes(2, concat(axes.map((axis) => bytes(1, axis))))]);
  return concat([text(1, name), bytes(2, bytes(1, tensor))]);
}
