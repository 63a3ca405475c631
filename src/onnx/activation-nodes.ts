import type { NativeLayer } from "../models/native-layer.js";
import type { Graph } from "./graph.js";

type Activation = Extract<NativeLayer, { kind: "activation" }>;

/** Adds an activation function and returns its output. */
export function addActivation(graph: Graph, { name, activation, slope }: Activation, input: string): string {
  const apply = (operator: string, floats = {}) => graph.add(operator, name, [input], { floats });
  switch (activation) {
    case "relu":
      return apply("Relu");
    case "leakyRelu":
      return apply("LeakyRelu", { alpha: slope! });
    case "elu":
      return apply("Elu", { alpha: 1 });
    case "selu":
      return apply("Selu");
    case "sigmoid":
      return apply("Sigmoid");
    case "tanh":
      return apply("Tanh");
    case "softplus":
      return apply("Softplus");
    case "silu":
      return graph.add("Mul", name, [input, graph.add("Sigmoid", `${name}.sigmoid`, [input])]);
    case "gelu": {
      // x (erf(x / sqrt(2)) + 1) / 2. The operator Gelu is of opset 20.
      const number = (key: string, value: number) => graph.constant(`${name}.${key}`, Float32Array.of(value));
      const scaled = graph.add("Mul", `${name}.scaled`, [input, number("scale", Math.SQRT1_2)]);
      const erf = graph.add("Erf", `${name}.erf`, [scaled]);
      const above = graph.add("Add", `${name}.above`, [erf, number("one", 1)]);
      const half = graph.add("Mul", `${name}.half`, [input, number("factor", 0.5)]);
      return graph.add("Mul", name, [half, above]);
    }
  }
}
