/**
 * A formula after parsing: a small typed graph as plain data, in an order in which every node follows its arguments.
 * Native code executes it (native/core/formula.cc); nothing here is ever evaluated as JavaScript.
 */
export type Node =
  | { readonly op: "constant"; readonly value: number }
  | { readonly op: "input"; readonly name: string }
  | { readonly op: Operation; readonly args: readonly number[] };

/** Arithmetic, written with JavaScript's operators, and the functions a formula may call. */
export const OPERATIONS = [
  // arithmetic and comparison (1 where true, 0 where false)
  "add", "subtract", "multiply", "divide", "power", "negate",
  "less", "lessEqual", "greater", "greaterEqual", "equal", "notEqual",
  // elementwise
  "abs", "sign", "sqrt", "square", "exp", "log", "tanh", "sigmoid", "softplus", "relu",
  "minimum", "maximum", "clip", "where",
  // along the class axis (losses) or over all parameters (updates)
  "sum", "mean", "max", "min", "norm",
  // along the class axis, losses only
  "softmax", "logSoftmax",
] as const; // biome-ignore format: one line a family
export type Operation = (typeof OPERATIONS)[number];

/** An optimizer's update, ready to run: hyperparameters are constants by now; inputs are g, theta, t, learningRate and states. */
export interface UpdateGraph {
  readonly nodes: readonly Node[];
  /** Vectors of theta's length that live from step to step, with the number each starts as. */
  readonly state: readonly { readonly name: string; readonly initial: number }[];
  /** The node that each target takes as its value at the end of a step; "theta" is one of them. */
  readonly assign: readonly { readonly target: string; readonly node: number }[];
}

/** A loss per sample, ready to run: inputs are z (logits) and y (target), both [samples, classes]; the result is [samples, 1]. */
export interface LossGraph {
  readonly nodes: readonly Node[];
  readonly result: number;
}
