/// <reference lib="esnext.disposable" preserve="true" />

import { types } from "node:util";
import { describe } from "./config/describe.js";
import { parse } from "./config/parse.js";
import { pathSchema } from "./config/path-schema.js";
import { plainView } from "./config/plain-data.js";
import type { ResolvedTrainConfig } from "./config/resolve-train-config.js";
import { configError, OptimbenchError } from "./errors.js";
import type { NativeSession, TensorInfo } from "./native.js";
import { encodeSafetensors, type NamedTensor } from "./safetensors.js";
import { writeFileAtomically } from "./write-file.js";

/** A model after training, with the weights that its evaluation used. It holds native memory: `dispose()` it, or let `using` do so. */
export class TrainedModel implements Disposable {
  readonly #session: NativeSession;
  readonly #config: ResolvedTrainConfig;
  readonly #pixels: number;
  #disposed = false;

  constructor(session: NativeSession, config: ResolvedTrainConfig, pixels: number) {
    this.#session = session;
    this.#config = config;
    this.#pixels = pixels;
  }

  /** Numbers the model has learnt. */
  get parameterCount(): number {
    return this.#session.parameterCount;
  }

  /**
   * Class probabilities, the softmax of the logits.
   *
   * @param images one or more images like those of the training set, pixel by pixel from 0 to 255
   * @returns images x classes numbers; each row sums to 1
   * @throws OptimbenchError (DATA) if the length is not a whole number of images, (CONFIG) after `dispose()`, (NATIVE) if it is cut short
   */
  async predict(images: Uint8Array): Promise<Float32Array> {
    this.#checkAlive();
    const given = types.isUint8Array(images) ? plainView(images) : undefined;
    if (given === undefined || given.length % this.#pixels !== 0 || given.length === 0) {
      const got = given === undefined ? describe(images) : `${given.length} bytes`;
      throw new OptimbenchError(
        "DATA",
        `Expected a Uint8Array of n x ${this.#pixels} bytes for \`images\`, got ${got}.`,
      );
    }
    return this.#session.predict(given);
  }

  /**
   * All that evaluation needs, under PyTorch's names and in its layout: the parameters (`weight`, `bias`; conv2d [filters,
   * channels, height, width], dense [units, inputs]), then the running statistics (`running_mean`, `running_var`).
   */
  parameters(): NamedTensor[] {
    this.#checkAlive();
    const { parameters, evaluation = parameters, statistics } = this.#session.readState();
    return [
      ...named(this.#session.parameters(), evaluation),
      ...named(this.#session.statistics(), statistics),
    ];
  }

  /** Writes `parameters()` as a safetensors file, with the resolved config in its metadata. */
  async save(path: string): Promise<void> {
    parse(pathSchema, path, "path");
    const metadata = { format: "pt", config: JSON.stringify(this.#config) };
    await writeFileAtomically(path, encodeSafetensors(this.parameters(), metadata));
  }

  /** Frees the native memory; the model is of no use afterwards. */
  dispose(): void {
    this.#disposed = true;
    this.#session.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #checkAlive(): void {
    if (this.#disposed)
      throw configError(
        "The model is disposed of. A run of `compare` keeps its model until `onRun` has ended.",
      );
  }
}

/** Cuts a vector into its tensors. */
const named = (tensors: readonly TensorInfo[], vector: Float32Array): NamedTensor[] =>
  tensors.map(({ name, shape, offset }) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const values = vector.slice(offset, offset + size);
    return shape.length === 4 ? channelsFirst(name, shape as FourNumbers, values) : { name, shape, values };
  });

type FourNumbers = readonly [number, number, number, number];

/** [filters, height, width, channels], as the native side keeps it, to [filters, channels, height, width]. */
function channelsFirst(
  name: string,
  [filters, height, width, channels]: FourNumbers,
  values: Float32Array,
): NamedTensor {
  const result = new Float32Array(values.length);
  const area = height * width;
  for (let filter = 0; filter < filters; filter++)
    for (let place = 0; place < area; place++)
      for (let channel = 0; channel < channels; channel++)
        result[(filter * channels + channel) * area + place] =
          values[(filter * area + place) * channels + channel]!;
  return { name, shape: [filters, channels, height, width], values: result };
}
