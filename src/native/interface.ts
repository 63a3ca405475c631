import type { LossGraph } from "../formula/graph.js";
import type { PlannedUpdate } from "../formula/plan-update.js";
import type { Profile } from "../history/profile.js";
import type { NativeLayer, Shape } from "../models/native-layer.js";

/**
 * The native side's whole interface, as the addon exports it. TypeScript has validated what it passes; native checks again
 * what would be unsafe and throws with the field's name.
 */
export interface Native {
  /** Loads libtorch and the training core into this process. Needed once before anything else; later calls do nothing. */
  open(libraries: LibraryPaths): void;
  /** The same, on a separate thread. */
  openAside(libraries: LibraryPaths): Promise<void>;
  info(): NativeInfo;
  /** Cancels all work in this process and waits for its threads. Called when the process exits. */
  shutdown(): void;
  Dataset: new (spec: NativeDatasetSpec) => NativeDataset;
  /** Reads the spec; `open` makes the session. */
  Session: new (
    spec: SessionSpec,
  ) => NativeSession;
  /** What a session on the CPU takes at most, worked out without taking it. */
  memoryNeeds(spec: SessionSpec, planned: PlannedWork): MemoryNeeds;
  /**
   * Images as epoch `epoch` of a run with this seed and augmentation would see them, each under its place in `images` as
   * its number in the dataset.
   */
  augment(
    spec: NativeImages & {
      readonly augmentation: AugmentationSpec;
      readonly seed: number;
      readonly epoch: number;
    },
  ): Uint8Array;
  /** Images under one given distortion: scaled by `factor` and turned counter-clockwise by `rotation` degrees about their centre, then shifted by pixels to the right and down. */
  transform(
    spec: NativeImages & {
      readonly shiftX: number;
      readonly shiftY: number;
      readonly rotation: number;
      readonly factor: number;
    },
  ): Uint8Array;
  /** What an update is compiled to for float32 parameters of these shapes, as text: see docs/update-compiler.md. */
  listUpdate(update: PlannedUpdate, shapes: readonly (readonly number[])[]): string;
  /**
   * Runs an update alone, one step per gradient; returns theta after each step, or the weights to evaluate with.
   * Float64Array runs in double precision. `shapes` are those of the parameters that the update was planned for.
   */
  runUpdate<Vector extends Float32Array | Float64Array>(
    update: PlannedUpdate,
    theta: Vector,
    steps: readonly UpdateStep<Vector>[],
    options: {
      readonly shapes: readonly (readonly number[])[];
      readonly evaluation?: boolean;
      readonly threads?: number;
    },
  ): Vector[];
  /** A loss alone, as training takes it, with class weights: each sample's value and the gradient of their sum with respect to the logits. */
  runLoss<Vector extends Float32Array | Float64Array>(
    loss: LossGraph,
    logits: Vector,
    targets: Vector,
    classes: number,
  ): { readonly values: Vector; readonly gradient: Vector };
  /** Seconds of one product of float32 matrices [size, size], its rows shared out to `threads`: what the machine can do at most. */
  timeMatrixProduct(options: { readonly size: number; readonly threads: number }): number;
}

export interface LibraryPaths {
  readonly libtorch: string;
  readonly core: string;
  readonly cuda?: string;
  readonly cudaGraphs?: string;
  readonly whyNoCuda?: string;
}

/** A step of an update that runs alone. */
export interface UpdateStep<Vector> {
  readonly gradient: Vector;
  readonly learningRate: number;
  /** Values of the update's `inputs`, in their order; left out, they stay as they are. */
  readonly inputs?: readonly number[];
}

/** What was loaded and what it found. */
export interface NativeInfo {
  readonly torch: string;
  readonly instructionSet: string;
  readonly kernels: Kernels;
  readonly devices: readonly string[];
  /** Why there is no CUDA device, if there is none. */
  readonly whyNoCuda?: string;
  /** Where there is a GPU: why its steps are not recorded as graphs, if they are not. */
  readonly whyNoGraphs?: string;
  readonly hardwareThreads: number;
}

/** Our kernels for the CPU; "reference" are libtorch's operators in their place. */
export type Kernels = "reference" | "baseline" | "avx2" | "avx512";

/** Images [count, height, width, channels] that a function looks at. */
interface NativeImages {
  readonly images: Uint8Array;
  readonly shape: Shape;
}

/** Random distortions of training images; 0 leaves a kind out. What they do is in native/core/data/augment.h. */
interface AugmentationSpec {
  /** Pixels. */
  readonly shift: number;
  /** Degrees. */
  readonly rotation: number;
  /** Share of the size. */
  readonly scale: number;
  /** Pixels; `sigma` is the standard deviation of the Gaussian that smooths the displacement, `alpha` its factor. */
  readonly elastic?: { readonly alpha: number; readonly sigma: number } | undefined;
}

/** Some images and what they show, to be copied to a device, where they stay as uint8. */
interface NativeDatasetPart {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  readonly targets?: Float32Array;
}

export interface NativeDatasetSpec extends NativeDatasetPart {
  readonly shape: Shape;
  readonly classes: number;
  readonly device: string;
  /** Of all images, where others follow by `add`. */
  readonly count?: number;
}

export interface NativeDataset {
  readonly bytes: number;
  /** Copies the images that come next. No session takes the dataset before it has all. */
  add(part: NativeDatasetPart): void;
  dispose(): void;
}

/** All that determines a training session. */
export interface SessionSpec {
  /** "cpu", "cuda" or "cuda:1". */
  readonly device: string;
  readonly threads: number;
  readonly seed: number;
  /** Samples that one thread computes at a time. Fixed by the config, never by the number of threads, so that results are too. */
  readonly microBatch: number;
  readonly input: Shape;
  readonly classes: number;
  readonly layers: readonly NativeLayer[];
  readonly loss: LossGraph;
  readonly update: PlannedUpdate;
  /** Random distortions of training images, redrawn in every epoch. */
  readonly augmentation?: AugmentationSpec;
}

/** Sums over the samples that were seen. */
export interface Measured {
  readonly loss: number;
  readonly correct: number;
  /** Of the labels, under the softmax of the logits. This and the next are measured by `evaluate` alone. */
  readonly negativeLogLikelihood: number;
  /** Over bins of the largest probability: |sum of these probabilities - number of right answers|. */
  readonly calibrationError: number;
  readonly samples: number;
  readonly steps: number;
  /** Monotonic seconds of the work itself. */
  readonly seconds: number;
  readonly status: "completed" | "diverged" | "cancelled";
  /** From `train`, where the pass asks for it. */
  readonly profile?: Profile;
  /** From `train` on a GPU: "recorded", or "not recorded: ..." with the reason. */
  readonly stepGraph?: string;
}

/** With how many images a session trains, and how many it evaluates, each time. */
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
  /** Weights to evaluate with, where they are others. */
  readonly evaluation: number;
  /** And the like, and what the allocator keeps of them for later. */
  readonly activations: number;
  /** What an update computes, beside what the activations have left to it. */
  readonly update: number;
}

/** What returns a promise is done on the session's own thread, in the order of the calls. */
export interface NativeSession {
  /** Allocates all; needed once before anything else. */
  open(): Promise<void>;
  /** Back to the initial state, as if just opened. */
  restart(): Promise<void>;
  /** Keeps a copy of all that training changes. */
  keep(): Promise<void>;
  /** Puts what was kept back, and lets the copy go. */
  restore(): Promise<void>;
  /**
   * Copies part of a vector, as long as `into`; "evaluation" has the weights to evaluate with, which may be the parameters.
   * Writes into the caller's memory, since a new array for each part would wait for the garbage collector.
   */
  read(part: Readonly<{ vector: keyof SessionState; offset: number; into: Float32Array }>): Promise<void>;
  readonly parameterCount: number;
  /**
   * One pass over `order`, in batches; the last may be smaller. Every `gradientAccumulation` batches make one update.
   * `epoch` keys the random streams (dropout, augmentation).
   */
  train(
    dataset: NativeDataset,
    pass: {
      readonly order: Uint32Array;
      readonly batchSize: number;
      /** Batches that an update takes its gradient from. Default 1. */
      readonly gradientAccumulation?: number;
      /** One an update: as many as `order` has groups of batchSize x gradientAccumulation, the last of which may be smaller. */
      readonly learningRates: Float64Array;
      /** Values of the update's `inputs`, in their order, one an update; left out, they stay as they are. */
      readonly inputs?: readonly { readonly values: Float64Array }[];
      readonly epoch: number;
      /** Whether to say where the time went. Default false. On a GPU, what is timed is the host. */
      readonly profile?: boolean;
    },
  ): Promise<Measured>;
  /** Applies the update `steps` times with the gradient of the last step: its cost alone, for benchmarks. */
  repeatUpdate(options: { readonly steps: number; readonly learningRate: number }): Promise<Measured>;
  /**
   * Loss and accuracy on the given images, with the weights as they are.
   *
   * @param options.weighted whether the loss is that of training, with class weights. Default false
   */
  evaluate(
    dataset: NativeDataset,
    indices: Uint32Array,
    options?: { readonly weighted: boolean },
  ): Promise<Measured>;
  /** Class probabilities (softmax of the logits), count x classes. */
  predict(images: Uint8Array): Promise<Float32Array>;
  /** Everything that training changes, copied out on the caller's thread: parameters, optimizer state, running statistics, step count. */
  readState(): SessionState;
  writeState(state: SessionState): void;
  /** Names and shapes of the parameters, in their order in the parameter vector. */
  parameters(): readonly TensorInfo[];
  /** The same of the running statistics. */
  statistics(): readonly TensorInfo[];
  /** Ends the work in progress within one step; its promise resolves with status "cancelled". */
  cancel(): void;
  /** Resolves when the memory is free. */
  dispose(): Promise<void>;
}

/** A named piece of a vector. */
export interface TensorInfo {
  readonly name: string;
  /** As it is stored in memory: conv2d [filters, height, width, channels / groups], dense [units, inputs]. */
  readonly shape: readonly number[];
  /** Position of its first number in the parameter vector. */
  readonly offset: number;
}

export interface SessionState {
  readonly parameters: Float32Array;
  /** The weights to evaluate with; left out where they are the parameters. */
  readonly evaluation?: Float32Array;
  readonly optimizer: Readonly<Record<string, Float32Array>>;
  readonly statistics: Float32Array;
  readonly step: number;
}
