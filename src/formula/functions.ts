import type { Operation } from "./graph.js";
import {
  broadcast,
  ofMatrix,
  perClass,
  product,
  reduced,
  reshaped,
  type ShapeRule,
  sizeOf,
} from "./shapes.js";

/** A function that a formula may call. */
export type FormulaFunction = {
  readonly arity: number;
  readonly meaning: string;
  readonly shape: ShapeRule;
} & (
  | {
      readonly family: "elementwise";
      /** Computes the function of plain numbers, to fold constants. */
      readonly fold: Fold;
    }
  /** Reduces a vector to one number. */
  | { readonly family: "reduction" }
  /** Maps a row of classes to another row, in losses only. */
  | { readonly family: "along-classes" }
  /** Works on one parameter's rows and columns, in an update's labelled blocks only. */
  | { readonly family: "matrix" }
);

/** Computes an operation of plain numbers. */
export type Fold = (...values: number[]) => number;

const elementwise = (arity: number, fold: Fold, meaning: string): FormulaFunction => ({
  arity,
  family: "elementwise",
  shape: broadcast,
  fold,
  meaning,
});
const reduction = (meaning: string): FormulaFunction => ({
  arity: 1,
  family: "reduction",
  shape: reduced,
  meaning,
});
const alongClasses = (meaning: string): FormulaFunction => ({
  arity: 1,
  family: "along-classes",
  shape: perClass,
  meaning,
});
const matrix = (shape: ShapeRule, meaning: string): FormulaFunction => ({
  arity: shape.result.length,
  family: "matrix",
  shape,
  meaning,
});

/** All functions by name. */
export const FUNCTIONS = {
  abs: elementwise(1, Math.abs, "absolute value"),
  sign: elementwise(1, (x) => Number(x! > 0) - Number(x! < 0), "-1, 0 or 1"), // 0 of NaN, as in libtorch
  sqrt: elementwise(1, Math.sqrt, "square root"),
  square: elementwise(1, (x) => x! * x!, "x times x"),
  exp: elementwise(1, Math.exp, "e to the power of x"),
  log: elementwise(1, Math.log, "natural logarithm"),
  tanh: elementwise(1, Math.tanh, "hyperbolic tangent"),
  sigmoid: elementwise(1, (x) => 1 / (1 + Math.exp(-x!)), "1 / (1 + exp(-x))"),
  softplus: elementwise(
    1,
    (x) => Math.max(x!, 0) + Math.log1p(Math.exp(-Math.abs(x!))),
    "log(1 + exp(x)), without overflow",
  ),
  relu: elementwise(1, (x) => Math.max(x!, 0), "x where positive, else 0"),
  minimum: elementwise(2, Math.min, "the smaller of two, element by element"),
  maximum: elementwise(2, Math.max, "the larger of two, element by element"),
  clip: elementwise(
    3,
    (x, low, high) => Math.min(Math.max(x!, low!), high!),
    "clip(x, low, high): x within bounds",
  ),
  where: elementwise(
    3,
    (condition, a, b) => (condition !== 0 ? a! : b!),
    "where(condition, a, b): a where the condition holds, else b",
  ),
  sum: reduction("sum"),
  mean: reduction("mean"),
  max: reduction("largest"),
  min: reduction("smallest"),
  norm: reduction("square root of the sum of squares"),
  rowMean: matrix(
    ofMatrix((outer, rows) => [...outer, rows, 1]),
    "mean of each row",
  ),
  columnMean: matrix(
    ofMatrix((outer, _, columns) => [...outer, 1, columns]),
    "mean of each column",
  ),
  transpose: matrix(
    ofMatrix((outer, rows, columns) => [...outer, columns, rows]),
    "rows become columns",
  ),
  matmul: matrix(product, "matrix product"),
  flatten: matrix(
    ofMatrix((_, __, ___, shape) => [shape[0]!, sizeOf(shape.slice(1))]),
    "as a matrix with one row per output, so that a convolution's filters are its rows",
  ),
  reshape: matrix(reshaped, "reshape(x, y): x in the shape of y"),
  rows: matrix(
    ofMatrix(() => []),
    "number of rows",
  ),
  columns: matrix(
    ofMatrix(() => []),
    "number of columns",
  ),
  softmax: alongClasses("probabilities: exp(z) / sum(exp(z)), without overflow"),
  logSoftmax: alongClasses("log of softmax, without overflow"),
  oneHot: alongClasses("1 for the largest class, the first of several; 0 for the others"),
} as const satisfies Partial<Record<Operation, FormulaFunction>>;

const functionsOf = (...families: FormulaFunction["family"][]): ReadonlyMap<string, FormulaFunction> =>
  new Map(Object.entries<FormulaFunction>(FUNCTIONS).filter(([, { family }]) => families.includes(family)));

/** The functions of losses. */
export const LOSS_FUNCTIONS = functionsOf("elementwise", "reduction", "along-classes");

/** The functions of updates on the whole parameter vector. */
export const VECTOR_FUNCTIONS = functionsOf("elementwise", "reduction");

/** The functions of updates on one parameter. */
export const PARAMETER_FUNCTIONS = functionsOf("elementwise", "reduction", "matrix");

/** `pow` as in C and libtorch: 1 to any power is 1, and -1 to an infinite power is 1. JavaScript gives NaN. */
function power(a: number, b: number): number {
  return a === 1 || (a === -1 && Math.abs(b) === Number.POSITIVE_INFINITY) ? 1 : a ** b;
}

interface Operator {
  readonly operation: Operation;
  readonly fold: (a: number, b: number) => number;
}

/** The operators of the syntax, each with its operation and its fold. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ["+", { operation: "add", fold: (a, b) => a + b }],
  ["-", { operation: "subtract", fold: (a, b) => a - b }],
  ["*", { operation: "multiply", fold: (a, b) => a * b }],
  ["/", { operation: "divide", fold: (a, b) => a / b }],
  ["**", { operation: "power", fold: power }],
  ["<", { operation: "less", fold: (a, b) => Number(a < b) }],
  ["<=", { operation: "lessEqual", fold: (a, b) => Number(a <= b) }],
  [">", { operation: "greater", fold: (a, b) => Number(a > b) }],
  [">=", { operation: "greaterEqual", fold: (a, b) => Number(a >= b) }],
  ["==", { operation: "equal", fold: (a, b) => Number(a === b) }],
  ["!=", { operation: "notEqual", fold: (a, b) => Number(a !== b) }],
]);

export const COMPARISONS: ReadonlySet<string> = new Set(["<", "<=", ">", ">=", "==", "!="]);

/** The folds of all operations that are not reductions. */
export const FOLDS: ReadonlyMap<string, Fold> = new Map<string, Fold>([
  ...Array.from(OPERATORS.values(), ({ operation, fold }): [string, Fold] => [operation, fold as Fold]),
  ...Object.entries<FormulaFunction>(FUNCTIONS).flatMap(([name, found]): [string, Fold][] =>
    found.family === "elementwise" ? [[name, found.fold]] : [],
  ),
  ["negate", (x) => -x!],
]);
