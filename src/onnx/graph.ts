import type { Shape } from "../models/native-layer.js";
import type { TensorShape } from "../safetensors/named-tensor.js";
import type { OnnxConstant, OnnxNode } from "./messages.js";

/** The output of a node. */
export interface Value {
  readonly name: string;
  /** Of one image. */
  readonly shape: Shape;
  /** Whether it is [batch, channels] instead of [batch, channels, height, width]. */
  readonly isFlat: boolean;
}

type Attributes = Pick<OnnxNode, "integers" | "floats">;

/** Collects nodes in the order of their computation, and the tensors that they read. */
export class Graph {
  readonly nodes: OnnxNode[] = [];
  readonly constants: OnnxConstant[] = [];
  /** The model's tensors, in PyTorch's layout, which is also that of ONNX. */
  readonly weights: TensorShape[] = [];
  readonly #names = new Set<string>();

  /** Adds a node and returns the name of its output. */
  add(operator: string, name: string, inputs: readonly string[], attributes: Attributes = {}): string {
    this.nodes.push({ operator, name, inputs, ...attributes });
    this.#names.add(name);
    return name;
  }

  /** Declares a tensor of the model, to be used as an input. */
  weight(name: string, shape: readonly number[]): string {
    this.weights.push({ name, shape });
    return name;
  }

  constant(name: string, values: OnnxConstant["values"], shape: readonly number[] = []): string {
    this.constants.push({ name, shape, values });
    return name;
  }

  /** A constant list of whole numbers. */
  integers(name: string, values: readonly number[]): string {
    return this.constant(name, BigInt64Array.from(values, BigInt), [values.length]);
  }

  /** In a shape, 0 keeps the length of an axis, and -1 is the length that remains. */
  reshape(name: string, input: string, shape: readonly number[]): string {
    return this.add("Reshape", name, [input, this.integers(`${name}.shape`, shape)]);
  }

  /** A value as [batch, channels, height, width]. */
  image(value: Value): string {
    if (!value.isFlat) return value.name;
    const name = `${value.name}.image`;
    return this.#names.has(name) ? name : this.reshape(name, value.name, [0, ...value.shape]);
  }

  /** A value as [batch, values], in the order channels, height, width. */
  flat(value: Value): string {
    if (value.isFlat) return value.name;
    const name = `${value.name}.flat`;
    return this.#names.has(name) ? name : this.add("Flatten", name, [value.name], { integers: { axis: 1 } });
  }

  sum(name: string, values: readonly Value[]): Value {
    const { shape } = values[0]!;
    const isFlat = values.every((value) => value.isFlat);
    const inputs = values.map((value) => (isFlat ? value.name : this.image(value)));
    return { name: this.add("Sum", name, inputs), shape, isFlat };
  }
}
