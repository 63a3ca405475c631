/**
 * A parsed formula: a small typed graph as plain data, in which every node follows its arguments. Native code executes it
 * (native/core/formula/formula.cc). No formula is ever evaluated as JavaScript.
 */
export type Node =
  | { readonly op: "constant"; readonly value: number }
  /** One number per class, in losses only. */
  | { readonly op: "row"; readonly values: readonly number[] }
  | { readonly op: "input"; readonly name: string }
  | { readonly op: Operation; readonly args: readonly number[] };

/** Arithmetic, written with JavaScript's operators, and the functions of formulas. */
export const OPERATIONS = [
  // arithmetic and comparison (1 where true, 0 where false)
  "add", "subtract", "multiply", "divide", "power", "negate",
  "less", "lessEqual", "greater", "greaterEqual", "equal", "notEqual",
  // elementwise
  "abs", "sign", "sqrt", "square", "exp", "log", "tanh", "sigmoid", "softplus", "relu",
  "minimum", "maximum", "clip", "where",
  // along the class axis (losses) or over all parameters (updates)
  "sum", "mean", "max", "min", "norm",
  // on the rows and columns of one parameter (updates)
  "rowMean", "columnMean", "transpose", "matmul", "rows", "columns", "flatten", "reshape",
  // along the class axis, losses only
  "softmax", "logSoftmax", "oneHot",
] as const; // biome-ignore format: one line a family

/** What only the gradients of losses contain (differentiate.ts), in libtorch's form of the derivative. */
export const GRADIENT_OPERATIONS = [
  "ones", // ones(x): 1 for each number of x
  "like", // like(g, x): g in the shape of x, repeated or summed along the classes
  // (g, x, other): the part of g that belongs to x; half of it if both are equal
  "minimumGradient", "maximumGradient",
  // (g, result), but (g, x) for softplus
  "reluGradient", "sigmoidGradient", "tanhGradient", "softplusGradient", "softmaxGradient", "logSoftmaxGradient",
] as const; // biome-ignore format: one line a family
export type GradientOperation = (typeof GRADIENT_OPERATIONS)[number];
export type Operation = (typeof OPERATIONS)[number] | GradientOperation;

export const SCOPES = ["all", "parameters", "matrices", "vectors", "dense", "hidden", "others"] as const;
/**
 * What a block of an update runs on. "all" is the whole parameter vector at once. The others run on one parameter at a time:
 * "parameters" on each, "matrices" on those with two axes or more, "vectors" on those with one axis, "dense" on those with
 * exactly two, "hidden" on the weights between the first and the last layer, "others" on those that no other block takes.
 */
export type Scope = (typeof SCOPES)[number];

/** An optimizer's update: blocks that run in order. */
export interface UpdateGraph {
  /** The optimizer's name, for messages. */
  readonly name?: string;
  /** The formula, for messages. */
  readonly text: string;
  readonly blocks: readonly UpdateBlock[];
  /** The order of a parameter's axes. In Keras, inputs precede outputs. */
  readonly layout: "keras" | "pytorch";
  /** Hyperparameters that may change from step to step, each with its constant value. */
  readonly inputs: readonly { readonly name: string; readonly value: number }[];
}

/** A block of an update. Its inputs are theta, g, learningRate, t, states and `inputs`; other hyperparameters are constants. */
export interface UpdateBlock {
  readonly on: Scope;
  readonly nodes: readonly Node[];
  /** The position of each node's first occurrence in the text. */
  readonly offsets: readonly number[];
  /** Values that persist between steps: numbers, and tensors of the shape that they are assigned. */
  readonly state: readonly UpdateState[];
  /** The node that each target (theta, g, evaluation or a state) is assigned at the end of the block. */
  readonly assign: readonly Assignment[];
}

export interface Assignment {
  readonly target: string;
  readonly node: number;
  /** The position of the target in the text. */
  readonly offset: number;
}

interface UpdateState {
  readonly name: string;
  readonly kind: "number" | "vector";
  readonly initial: number;
  readonly startsAsTheta: boolean;
}

/** A loss per sample. Its inputs are z (logits) and y (target), both [samples, classes]; the result is [samples, 1]. */
export interface LossGraph {
  readonly nodes: readonly Node[];
  readonly result: number;
  /** The derivative of the sum of the results by z. */
  readonly gradient: LossGradient;
  /** Training multiplies a sample's loss by the weight of the largest class of its target. Default: 1 each. */
  readonly classWeights?: readonly number[];
}

/** Nodes that continue those of the loss, and the index of the one that is the gradient. */
export interface LossGradient {
  readonly nodes: readonly Node[];
  readonly result: number;
}
