/** The name and the shape of a float32 tensor. */
export interface TensorShape {
  /** Its name, such as "dense_0.weight". */
  readonly name: string;
  /** Length of each axis. */
  readonly shape: readonly number[];
}

/** A float32 tensor with its name. */
export interface NamedTensor extends TensorShape {
  /** Its numbers; the last axis varies fastest. */
  readonly values: Float32Array;
}

/** What has tensors: a `TrainedModel`. */
export interface HasTensors {
  /** Copies them. */
  parameters(): Promise<readonly NamedTensor[]>;
}
