/// <reference lib="esnext.disposable" preserve="true" />

import type { ResolvedTrainConfig } from "../config/resolved-config.js";
import type { TrainConfig } from "../config/train-config.generated.js";
import type { Dataset } from "../data/dataset.js";
import type { DatasetRecord } from "../data/dataset-record.js";
import type { Standardisation } from "../data/standardisation.js";
import { OptimbenchError } from "../errors.js";
import { sizeOf } from "../formula/shapes.js";
import { lowerModel } from "../models/lower-model.js";
import { resolveModel } from "../models/models.js";
import type { NativeSession, TensorInfo } from "../native/addon.js";
import { freeSession } from "../native/session.js";
import type { OnnxSummary } from "../onnx/onnx-graph.js";
import type { NamedTensor } from "../safetensors/named-tensor.js";
import { writeSafetensors } from "../safetensors/write-safetensors.js";
import { parse } from "../validation/parse.js";
import { pathSchema } from "../validation/path-schema.js";
import { keepWhole, plainData } from "../validation/plain-data.js";
import type { EvaluateOptions } from "./evaluate-options.js";
import type { Evaluation } from "./evaluation.js";
import type { FilePrediction } from "./file-prediction.js";
import { predictImages } from "./predict-images.js";
import type { PredictOptions } from "./predict-options.js";
import { inPyTorch, shapeInPyTorch } from "./pytorch-layout.js";

/**
 * A model after training, with the weights that its evaluation used. It holds native memory: call `dispose()`, or declare it
 * with `using`.
 */
export class TrainedModel implements Disposable {
  readonly #session: NativeSession;
  readonly #config: ResolvedTrainConfig;
  readonly #dataset: DatasetRecord;
  readonly #standardisation: Standardisation | undefined;
  #disposed = false;

  /** @internal */
  constructor(
    session: NativeSession,
    config: ResolvedTrainConfig,
    dataset: DatasetRecord,
    standardisation?: Standardisation,
  ) {
    this.#session = session;
    this.#config = config;
    this.#dataset = dataset;
    this.#standardisation = standardisation;
    keepWhole(this); // as `initialWeights`
  }

  /** What the model was trained on: the size of images, the classes and their names. */
  get dataset(): DatasetRecord {
    return this.#dataset;
  }

  /** Number of parameters, including the frozen ones. */
  get parameterCount(): number {
    return this.#session.parameterCount + this.#session.frozenCount;
  }

  /** Number of parameters that training left as they were, by `frozen`. */
  get frozenParameterCount(): number {
    return this.#session.frozenCount;
  }

  /**
   * Computes class probabilities: the softmax of the logits.
   *
   * @param images one or more images of the same size as in training: count x height x width x channels numbers, 0 to 255; or
   *   floats, if the model was trained on floats, which are scaled as the training images were. Either is standardised if the
   *   training images were.
   *   They are read in parts, so leave them as they are until the promise settles.
   * @returns count x classes probabilities; each row sums to 1
   * @throws {@link OptimbenchError} by rejection: DATA if the length is not that of whole images, or floats are given to a model
   *   that was trained on bytes, MEMORY if there is no memory for so many probabilities, DISPOSED after `dispose()`, even if
   *   that is called while this runs
   */
  async predict(images: Uint8Array | Float32Array): Promise<Float32Array> {
    this.#checkAlive();
    return predictImages(this.#dataset, images, (part) => {
      this.#checkAlive();
      return this.#session.predict(part).catch((error) => {
        this.#checkAlive(); // dispose() cancels the prediction
        throw error;
      });
    });
  }

  /**
   * Predicts the images of files: PNG, JPEG and WebP, which need the package sharp, folders of these, IDX and .npy. Few images are
   * in memory at a time, apart from those of an IDX or .npy file. A file that cannot be read has an `error`, and the others follow.
   *
   * @example
   * ```ts
   * for await (const { file, classes, error } of model.predictFiles(["photos"], { preprocess: "mnist" }))
   *   console.log(file, error?.message ?? classes[0]?.name);
   * ```
   *
   * @param paths files and folders
   * @param options how to read the images, and how many classes to name
   * @returns the predictions, in the order of the paths, and within a folder of the names
   * @throws {@link OptimbenchError} while it is iterated over: CONFIG for invalid arguments, ABORTED if the signal ends it, DISPOSED
   *   after `dispose()`
   */
  async *predictFiles(
    paths: string | readonly string[],
    options?: PredictOptions,
  ): AsyncGenerator<FilePrediction, void, undefined> {
    this.#checkAlive();
    const { predictFiles } = await import("./predict-files.js");
    const { resize, greyscale } = this.#config;
    const training = { resize: resize !== undefined, greyscale: greyscale === true };
    const predict = (images: Uint8Array) => this.predict(images);
    yield* predictFiles({ dataset: this.#dataset, training, predict }, paths, options);
  }

  /**
   * Evaluates the model on the labelled images of a dataset: loss, accuracy, precision and recall of each class, the confusion
   * matrix and calibration. The classes of the dataset are matched with those of the model by name.
   *
   * @example
   * ```ts
   * const { accuracy, classes } = await model.evaluate("mnist", { split: "test" });
   * ```
   *
   * @param dataset as for `train`; by default, what the model was trained on
   * @param options the split, and how to read the images; by default as the training images were read
   * @returns the evaluation as plain data
   * @throws {@link OptimbenchError} by rejection: as `loadDataset`; CONFIG if the dataset has no such split, DATA if it does not have
   *   the images or the classes of the model, MEMORY if there is no memory for a copy of them, ABORTED if the signal ends it,
   *   DISPOSED after `dispose()`
   */
  async evaluate(dataset?: TrainConfig["dataset"] | Dataset, options?: EvaluateOptions): Promise<Evaluation> {
    this.#checkAlive();
    const source = plainData(dataset, "dataset") as typeof dataset;
    const { evaluate } = await import("./evaluate.js");
    const model = { session: this.#session, config: this.#config, dataset: this.#dataset };
    return evaluate(model, source, options).catch((error) => {
      this.#checkAlive(); // dispose() cancels the evaluation
      throw error;
    });
  }

  /**
   * Copies everything that evaluation needs, with PyTorch's names and layout: the parameters (`weight` and `bias`; the weights
   * of conv2d are [filters, channels, height, width], those of dense [units, inputs]), then the running statistics
   * (`running_mean`, `running_var`).
   *
   * @returns the tensors; each kind is in the order of the layers
   * @throws {@link OptimbenchError} by rejection: DISPOSED after `dispose()`
   */
  async parameters(): Promise<NamedTensor[]> {
    this.#checkAlive();
    const all: NamedTensor[] = [];
    for (const tensor of this.#tensors()) {
      const values = new Float32Array(sizeOf(tensor.shape));
      let filled = 0;
      for await (const part of this.#values([tensor])) {
        values.set(part, filled);
        filled += part.length;
      }
      all.push({ name: tensor.name, shape: shapeInPyTorch(tensor.shape), values });
    }
    return all;
  }

  /**
   * Writes `parameters()` to a safetensors file. Its metadata contains the resolved config, a description of the training
   * data and, if images were standardised, `standardisation`, which is not among the parameters. An existing file is replaced once the new one is complete. The tensors are written in small parts, so memory use
   * stays small.
   *
   * @param path the file to write; missing folders are created
   * @throws {@link OptimbenchError} by rejection: DISPOSED after `dispose()`, FILE if the file cannot be written
   */
  async save(path: string): Promise<void> {
    parse(pathSchema, path, "path");
    this.#checkAlive();
    const metadata = { format: "pt", ...this.#metadata() };
    const tensors = this.#tensors();
    const inFile = tensors.map(({ name, shape }) => ({ name, shape: shapeInPyTorch(shape) }));
    await writeSafetensors(path, inFile, () => this.#values(tensors), metadata);
  }

  /**
   * Writes the model to an ONNX file (opset 18), for any number of images at a time. Its input `images` is what `predict`
   * takes, as [batch, height, width, channels]: uint8, 0 to 255; or float32, if the model was trained on floats. The file
   * contains their scaling and standardisation. Its outputs are `probabilities`, as `predict` returns them, and `logits`. Its
   * metadata is that of `save`, and `classNames` and `inputShape` as JSON. An existing file is replaced once the new one is
   * complete.
   *
   * @param path the file to write; missing folders are created
   * @returns what the file takes and gives
   * @throws {@link OptimbenchError} by rejection: DISPOSED after `dispose()`, FILE if the file cannot be written or would be
   *   larger than 2 GB, which is the limit of the format
   */
  async exportOnnx(path: string): Promise<OnnxSummary> {
    parse(pathSchema, path, "path");
    const [{ onnxGraph, onnxSummary }, { writeOnnx }] = await Promise.all([
      import("../onnx/onnx-graph.js"), // prediction does not need them
      import("../onnx/write-onnx.js"),
    ]);
    this.#checkAlive();
    const { height, width, channels, classes, classNames } = this.#dataset;
    const { semantics } = this.#config;
    const model = resolveModel(this.#config.model, { classes, semantics });
    const { layers } = lowerModel(model, { input: [channels, height, width], classes, semantics });
    const tensors = new Map(this.#tensors().map((tensor) => [tensor.name, tensor]));
    const summary = onnxSummary(this.#dataset);
    await writeOnnx(path, {
      graph: onnxGraph(layers, this.#dataset, this.#standardisation),
      summary,
      metadata: {
        inputShape: JSON.stringify([height, width, channels]),
        ...(classNames && { classNames: JSON.stringify(classNames) }),
        ...this.#metadata(),
      },
      values: (name) => this.#values([tensors.get(name)!]),
    });
    return summary;
  }

  #metadata(): Readonly<Record<string, string>> {
    return {
      config: JSON.stringify(this.#config),
      dataset: JSON.stringify(this.#dataset),
      ...(this.#standardisation && { standardisation: JSON.stringify(this.#standardisation) }),
    };
  }

  #tensors(): readonly Tensor[] {
    return [
      ...this.#session.parameters().map((tensor) => ({
        ...tensor,
        vector: tensor.frozen ? ("frozen" as const) : ("evaluation" as const),
      })),
      ...this.#session.statistics().map((tensor) => ({ ...tensor, vector: "statistics" as const })),
    ];
  }

  /** The tensors' numbers in PyTorch's layout, a few rows at a time. Each part overwrites the previous one. */
  async *#values(tensors: readonly Tensor[]): AsyncGenerator<Float32Array> {
    for (const { vector, shape, offset } of tensors) {
      const [rows = 1, ...row] = shape;
      const length = sizeOf(row);
      const most = Math.max(1, Math.floor(PART / length));
      const part = new Float32Array(length * Math.min(most, rows));
      for (let first = 0; first < rows; first += most) {
        this.#checkAlive();
        const into = part.subarray(0, length * (rows - first));
        await this.#session.read({ vector, offset: offset + first * length, into });
        yield inPyTorch(into, shape);
      }
    }
  }

  /** Frees the native memory. The model cannot be used afterwards. */
  dispose(): void {
    this.#disposed = true;
    freeSession(this.#session);
  }

  /** @internal */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #checkAlive(): void {
    if (this.#disposed)
      throw new OptimbenchError(
        "DISPOSED",
        "The model was used after `dispose()`. The model of a run of `compare` can be used until `onRun` returns.",
      );
  }
}

/** A tensor and the vector that contains it. */
type Tensor = TensorInfo & { readonly vector: "evaluation" | "frozen" | "statistics" };

/** Numbers read per turn of the event loop. */
const PART = 1 << 16;
