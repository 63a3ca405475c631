/** [channels, height, width] of one sample; [features, 1, 1] once flattened. */
export type Shape = readonly [channels: number, height: number, width: number];
export type Pair = readonly [height: number, width: number];
/** Rows and columns added at the four sides: top, bottom, left, right. */
export type Padding = readonly [number, number, number, number];

/** Uniform initial values in [-limit, limit); 0 means zeros. */
export type UniformLimit = number;

/** A layer for native code: plain values, with every default and every shape filled in. */
export type NativeLayer = NativeOperation & {
  readonly output: Shape;
  /** The prefix of its parameters' names, such as "residual_0.conv2d_1". */
  readonly name: string;
  /** Indices of the layers whose sum is its input; -1 is the image. Default: the preceding layer. */
  readonly from?: readonly number[];
  /** Whether training leaves its parameters and running statistics as they are. Default: false. */
  readonly frozen?: boolean;
};

export type NativeOperation =
  | {
      readonly kind: "conv2d";
      readonly filters: number;
      readonly groups: number;
      readonly kernel: Pair;
      readonly strides: Pair;
      readonly dilation: Pair;
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
   * `momentum` is the fraction of the old running mean that is kept, as in Keras. `unbiased` corrects the running variance by
   * n / (n - 1), as in PyTorch and, for images, in Keras 2.
   */
  | {
      readonly kind: "batchNorm2d";
      readonly momentum: number;
      readonly epsilon: number;
      readonly center: boolean;
      readonly scale: boolean;
      readonly unbiased: boolean;
    }
  /** Normalises over the channels of each pixel. */
  | {
      readonly kind: "layerNorm";
      readonly epsilon: number;
      readonly center: boolean;
      readonly scale: boolean;
    }
  /** Normalises each of `groups` groups of channels over all pixels. */
  | {
      readonly kind: "groupNorm";
      readonly groups: number;
      readonly epsilon: number;
      readonly center: boolean;
      readonly scale: boolean;
    }
  | { readonly kind: "dropout" | "spatialDropout2d"; readonly rate: number }
  /** Flattens to one axis, in the order channels, height, width (PyTorch's order). */
  | { readonly kind: "flatten" }
  /** `slope` is the slope of leakyRelu's negative side. */
  | { readonly kind: "activation"; readonly activation: Activation; readonly slope?: number }
  | { readonly kind: "globalMaxPool2d" | "globalAveragePool2d" }
  | { readonly kind: "zeroPadding2d"; readonly padding: Padding }
  /** The sum of its inputs, where branches meet. */
  | { readonly kind: "sum" };

export const ACTIVATIONS = [
  "relu",
  "leakyRelu",
  "elu",
  "selu",
  "gelu",
  "silu",
  "sigmoid",
  "tanh",
  "softplus",
] as const;
export type Activation = (typeof ACTIVATIONS)[number];
