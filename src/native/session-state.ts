// How native code describes what training changes.

/** A vector that training changes. */
export interface VectorInfo {
  /** Such as "parameters", "statistics" or "optimizer.m". */
  readonly name: string;
  readonly type: "float32" | "float64" | "int64";
  /** In floats. */
  readonly length: number;
}

/** A named part of a vector. */
export interface TensorInfo {
  readonly name: string;
  /** The shape in memory: conv2d [filters, height, width, channels / groups], dense [units, inputs]. */
  readonly shape: readonly number[];
  /** Index of its first number in the vector. */
  readonly offset: number;
  /** Whether its vector is "frozen" instead of "parameters". */
  readonly frozen: boolean;
}

export interface SessionState {
  readonly parameters: Float32Array;
  /** The weights for evaluation; undefined if they are the parameters. */
  readonly evaluation?: Float32Array;
  readonly optimizer: Readonly<Record<string, Float32Array>>;
  readonly statistics: Float32Array;
  readonly step: number;
}
