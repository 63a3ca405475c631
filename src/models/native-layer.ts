/**
 * A layer as native code runs it: only numbers, every default and every shape already worked out.
 * Shapes are [channels, height, width] of one sample; [features, 1, 1] once flattened.
 */
export type Shape = readonly [channels: number, height: number, width: number];
export type Pair = readonly [height: number, width: number];
/** Rows and columns added at the four sides: top, bottom, left, right. */
export type Padding = readonly [number, number, number, number];

/** Uniform initial values in [-limit, limit); 0 means zeros. */
export type UniformLimit = number;

export type NativeLayer = { readonly output: Shape } & (
  | {
      readonly kind: "conv2d";
      readonly filters: number;
      readonly kernel: Pair;
      readonly strides: Pair;
      readonly padding: Padding;
      readonly bias: boolean;
      readonly weightLimit: UniformLimit;
      readonly biasLimit: UniformLimit;
    }
  | {
      readonly kind: "maxPool2d" | "averagePool2d";
      readonly kernel: Pair;
      readonly strides: Pair;
      readonly padding: Padding;
    }
  | {
      readonly kind: "dense";
      readonly units: number;
      readonly bias: boolean;
      readonly weightLimit: UniformLimit;
      readonly biasLimit: UniformLimit;
    }
  /**
   * `momentum` is the share of the old running mean that is kept (Keras' sense);
   * `unbiased`: the running variance is corrected by n / (n - 1), as in PyTorch.
   */
  | {
      readonly kind: "batchNorm2d";
      readonly momentum: number;
      readonly epsilon: number;
      readonly center: boolean;
      readonly scale: boolean;
      readonly unbiased: boolean;
    }
  | { readonly kind: "dropout"; readonly rate: number }
  /** To one axis, in the order height, width, channels (Keras' order). */
  | { readonly kind: "flatten" }
  | { readonly kind: "activation"; readonly activation: Activation }
);

export const ACTIVATIONS = [
  "relu",
  "leakyRelu",
  "elu",
  "gelu",
  "silu",
  "sigmoid",
  "tanh",
  "softplus",
] as const;
export type Activation = (typeof ACTIVATIONS)[number];
