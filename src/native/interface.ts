import type { LossGraph } from "../formula/graph.js";
import type { PlannedUpdate } from "../formula/plan-update.js";
import type { Profile } from "../history/profile.js";
import type { NativeLayer, Shape } from "../models/native-layer.js";
import type { SessionState, TensorInfo, VectorInfo } from "./session-state.js";

export type * from "./session-state.js";

/**
 * The whole interface of the addon. TypeScript validates all input first. Native code only checks what would be unsafe, and
 * throws with the field's name.
 */
export interface Native {
  /** Loads libtorch and the training core into this process. Must be called first; later calls do nothing. */
  open(libraries: LibraryPaths): void;
  /** The same, on a separate thread. */
  openAsync(libraries: LibraryPaths): Promise<void>;
  info(): NativeInfo;
  /** Cancels all work in this process and waits for its threads. Called when the process exits. */
  shutdown(): void;
  Dataset: new (spec: NativeDatasetSpec) => NativeDataset;
  /** Reads the spec; `open` creates the session. */
  Session: new (
    spec: SessionSpec,
  ) => NativeSession;
  /** The most memory that a session on the CPU needs, computed without allocating it. */
  memoryNeeds(spec: SessionSpec, planned: PlannedWork): MemoryNeeds;
  /**
   * Augments images as in epoch `epoch` of a run with this seed. The index in `images` is used as the image's number in the
   * dataset.
   */
  augment(
    spec: NativeImages & {
      readonly augmentation: AugmentationSpec;
      readonly seed: number;
      readonly epoch: number;
    },
  ): Uint8Array;
  /** Distorts images: scales by `factor`, rotates counter-clockwise by `rotation` degrees, then shifts by pixels right and down. */
  transform(
    spec: NativeImages & {
      readonly shiftX: number;
      readonly shiftY: number;
      readonly rotation: number;
      readonly factor: number;
    },
  ): Uint8Array;
  /** Lists the compiled form of an update for float32 parameters of these shapes, as text. See docs/update-compiler.md. */
  listUpdate(update: PlannedUpdate, shapes: readonly (readonly number[])[]): string;
  /**
   * Runs an update without a model, one step per gradient. Returns theta, or the weights for evaluation, after each step.
   * Float64Array selects double precision. `shapes` are the parameters' shapes that the update was planned for. On a
   * device other than the CPU (the default), it runs as in training there, in float32.
   */
  runUpdate<Vector extends Float32Array | Float64Array>(
    update: PlannedUpdate,
    theta: Vector,
    steps: readonly UpdateStep<Vector>[],
    options: {
      readonly shapes: readonly (readonly number[])[];
      readonly evaluation?: boolean;
      readonly threads?: number;
      readonly device?: string;
    },
  ): Vector[];
  /**
   * Computes a loss with class weights, as in training: the value of each sample, and the gradient of the sum by the logits.
   * On a device other than the CPU (the default), as in training there: in float32, and the sum of the values instead of each.
   */
  runLoss<Vector extends Float32Array | Float64Array>(
    loss: LossGraph,
    logits: Vector,
    targets: Vector,
    classes: number,
    device?: string,
  ): { readonly values: Vector; readonly gradient: Vector };
  /** Seconds of one product of float32 matrices [size, size] on `threads` threads, as a measure of the machine's peak rate. */
  timeMatrixProduct(options: { readonly size: number; readonly threads: number }): number;
}

export interface LibraryPaths {
  readonly libtorch: string;
  readonly core: string;
  readonly cuda?: string;
  readonly cudaGraphs?: string;
  readonly whyNoCuda?: string;
}

/** A step of `runUpdate`. */
export interface UpdateStep<Vector> {
  readonly gradient: Vector;
  readonly learningRate: number;
  /** Values of the update's `inputs`, in order. Default: unchanged. */
  readonly inputs?: readonly number[];
}

/** Information about the native code and the devices. */
export interface NativeInfo {
  readonly torch: string;
  readonly instructionSet: string;
  readonly kernels: Kernels;
  readonly devices: readonly string[];
  /** Why there is no CUDA device, why steps on it are not recorded as graphs, and why kernels are not compiled for it. */
  readonly whyNoCuda?: string;
  readonly whyNoGraphs?: string;
  readonly whyNoKernels?: string;
  readonly hardwareThreads: number;
}

/** The kernels for the CPU. "reference" uses libtorch's operators instead. */
export type Kernels = "reference" | "baseline" | "avx2" | "avx512";

/** Images [count, height, width, channels] as an argument. */
interface NativeImages {
  readonly images: Uint8Array;
  readonly shape: Shape;
}

/** Random distortions of training images; 0 omits one. See native/core/data/augment.h. */
interface AugmentationSpec {
  /** Pixels. */
  readonly shift: number;
  /** Degrees. */
  readonly rotation: number;
  /** Fraction of the size. */
  readonly scale: number;
  /** Pixels. `alpha` is the factor of the displacement, `sigma` the standard deviation of the Gaussian that smooths it. */
  readonly elastic?: { readonly alpha: number; readonly sigma: number } | undefined;
}

/** Images with labels, to be copied to a device, where they stay uint8. */
interface NativeDatasetPart {
  readonly images: Uint8Array;
  readonly labels: Int32Array;
  readonly targets?: Float32Array;
}

export interface NativeDatasetSpec extends NativeDatasetPart {
  readonly shape: Shape;
  readonly classes: number;
  readonly device: string;
  /** The total number of images, if `add` adds more. */
  readonly count?: number;
}

export interface NativeDataset {
  readonly bytes: number;
  /** Copies the next images. Sessions reject a dataset until it is complete. */
  add(part: NativeDatasetPart): void;
  dispose(): void;
}

/** Everything that determines a training session. */
export interface SessionSpec {
  /** "cpu", "cuda" or "cuda:1". */
  readonly device: string;
  readonly threads: number;
  readonly seed: number;
  /** Samples that one thread computes at a time. Never depends on the number of threads, so results do not either. */
  readonly microBatch: number;
  readonly input: Shape;
  readonly classes: number;
  readonly layers: readonly NativeLayer[];
  readonly loss: LossGraph;
  readonly update: PlannedUpdate;
  /** Random distortions of training images, drawn again in every epoch. */
  readonly augmentation?: AugmentationSpec;
  /** What is subtracted from the values of each channel, 0 to 1, and what they are then divided by. Default: neither. */
  readonly standardisation?: {
    readonly mean: readonly number[];
    readonly standardDeviation: readonly number[];
  };
}

/** Sums over the processed samples. */
export interface Measured {
  readonly loss: number;
  readonly correct: number;
  /** Of the labels under the softmax of the logits. Only `evaluate` measures this and the next. */
  readonly negativeLogLikelihood: number;
  /** Over bins of the largest probability: |sum of these probabilities - number of correct predictions|. */
  readonly calibrationError: number;
  readonly samples: number;
  readonly steps: number;
  /** Seconds of the work, on a monotonic clock. */
  readonly seconds: number;
  readonly status: "completed" | "diverged" | "cancelled";
  /** From `train`, if requested. */
  readonly profile?: Profile;
  /** From `train` on a GPU: "recorded", or "not recorded: ..." with the reason. */
  readonly stepGraph?: string;
}

/** The numbers of images that a session trains with and evaluates per call. */
interface PlannedWork {
  readonly batchSize: number;
  readonly trains: readonly number[];
  readonly evaluates: readonly number[];
}

/** Bytes. */
interface MemoryNeeds {
  readonly parameters: number;
  /** Of each gradient shard (see native/core/training/gradient_shards.h), and their sum. */
  readonly gradients: number;
  readonly shards: number;
  readonly states: number;
  /** Separate weights for evaluation, if there are any. */
  readonly evaluation: number;
  /** Activations and similar temporaries, including what the allocator keeps for reuse. */
  readonly activations: number;
  /** Temporaries of an update, beyond the memory that activations leave for reuse. */
  readonly update: number;
}

/** A training session. Methods that return a promise run on the session's thread, in the order of the calls. */
export interface NativeSession {
  /** Allocates everything. Must be called first. */
  open(): Promise<void>;
  /** Resets to the initial state. */
  restart(): Promise<void>;
  /** Saves a copy of the state that training changes. */
  keep(): Promise<void>;
  /** Restores the saved state and frees the copy. */
  restore(): Promise<void>;
  /**
   * Everything that training changes, and what `keep` kept of it for evaluation ("kept.parameters"), as vectors of floats. A
   * double or an integer has the length 2: its 8 bytes.
   */
  vectors(): readonly VectorInfo[];
  /**
   * Copies part of a vector into `into` and fills it. "evaluation" is the weights for evaluation, which may be the parameters;
   * "frozen" the frozen parameters.
   * It writes into the caller's memory, because new arrays would only be freed by the garbage collector.
   */
  read(part: Readonly<{ vector: string; offset: number; into: Float32Array }>): Promise<void>;
  /** Replaces part of a vector. */
  write(part: Readonly<{ vector: string; offset: number; from: Float32Array }>): Promise<void>;
  /**
   * Starts the optimizer from parameters that were written: states and weights for evaluation that begin as the parameters take
   * their values.
   */
  startUpdate(): Promise<void>;
  /** Without the frozen ones. */
  readonly parameterCount: number;
  readonly frozenCount: number;
  /**
   * Trains one pass over `order` in batches, of which the last may be smaller. Every `gradientAccumulation` batches make one
   * update. `epoch` keys the random streams (dropout, augmentation).
   */
  train(
    dataset: NativeDataset,
    pass: {
      readonly order: Uint32Array;
      readonly batchSize: number;
      /** Batches per update. Default 1. */
      readonly gradientAccumulation?: number;
      /** One rate per update. An update uses batchSize x gradientAccumulation images; the last may use fewer. */
      readonly learningRates: Float64Array;
      /** Values of the update's `inputs`, in order, one per update. Default: unchanged. */
      readonly inputs?: readonly { readonly values: Float64Array }[];
      readonly epoch: number;
      /** Whether to profile the pass. Default false. On a GPU, this times the host. */
      readonly profile?: boolean;
      /**
       * Whether a cancelled pass ends after an update, and not before the first one, so that another call can go on from
       * there. Default false.
       */
      readonly wholeUpdates?: boolean;
      /** What an earlier call did of this pass. The result contains it, except for the seconds. */
      readonly done?: { readonly updates: number; readonly loss: number; readonly correct: number };
    },
  ): Promise<Measured>;
  /** Applies the update `steps` times with the gradient of the last step, to benchmark it. */
  repeatUpdate(options: { readonly steps: number; readonly learningRate: number }): Promise<Measured>;
  /**
   * Measures loss and accuracy on the given images.
   *
   * @param options.weighted whether to apply class weights to the loss, as in training. Default false.
   */
  evaluate(
    dataset: NativeDataset,
    indices: Uint32Array,
    options?: { readonly weighted: boolean },
  ): Promise<Measured>;
  /** Computes class probabilities (softmax of the logits), count x classes. */
  predict(images: Uint8Array): Promise<Float32Array>;
  /** Copies everything that training changes, on the caller's thread. */
  readState(): SessionState;
  writeState(state: SessionState): void;
  /** Names and shapes of the parameters, in the order of the layers, and their places in the vectors "parameters" and "frozen". */
  parameters(): readonly TensorInfo[];
  /** Names and shapes of the running statistics. */
  statistics(): readonly TensorInfo[];
  /** Cancels the current work within one step. Its promise resolves with status "cancelled". */
  cancel(): void;
  /** Resolves when the memory is free. */
  dispose(): Promise<void>;
}
