import { z } from "zod";
import { namesOf } from "../data/dataset.js";
import type { DatasetRecord } from "../data/dataset-record.js";
import { IMAGES_AT_ONCE } from "../data/resize.js";
import { loadSharp } from "../data/sharp.js";
import { OptimbenchError } from "../errors.js";
import { runInParallel } from "../system/run-in-parallel.js";
import { parse } from "../validation/parse.js";
import { pathSchema } from "../validation/path-schema.js";
import { plainData } from "../validation/plain-data.js";
import type { FilePrediction } from "./file-prediction.js";
import { imagesPerCall } from "./images-per-call.js";
import { inputPaths } from "./input-paths.js";
import { type PredictOptions, predictOptionsSchema } from "./predict-options.js";
import { checkConversion, isArray, readArray, readPicture } from "./read-images.js";

/** A trained model, as far as predictions need it. */
export interface PredictingModel {
  readonly dataset: DatasetRecord;
  /** Whether the training images were resized, or converted to one channel. */
  readonly training: { readonly resize: boolean; readonly greyscale: boolean };
  predict(images: Uint8Array): Promise<Float32Array>;
}

const MOST_PATHS = 2 ** 24;
const pathsSchema = z.union([pathSchema, z.array(pathSchema).min(1)]);

/**
 * Predicts the images of files, in their order. A file that cannot be read does not end the work. In memory are a few images at a
 * time, or all those of one IDX or .npy file.
 *
 * @throws OptimbenchError (CONFIG) if the model does not take what the options make, (DATA) if images cannot be decoded without sharp, (ABORTED) when the signal fires
 */
export async function* predictFiles(
  model: PredictingModel,
  given: string | readonly string[],
  asked: PredictOptions = {},
): AsyncGenerator<FilePrediction, void, undefined> {
  const paths = [parse(pathsSchema, plainData(given, "paths", MOST_PATHS), "paths")].flat();
  const { top, preprocess, signal, onImage, ...options } = parse(predictOptionsSchema, asked, "options");
  const { dataset, training } = model;
  const conversion = preprocess
    ? { preprocess }
    : { resize: options.resize ?? training.resize, greyscale: options.greyscale ?? training.greyscale };
  checkConversion(dataset, conversion);
  const names = namesOf(dataset);
  const rank = (probabilities: Float32Array) =>
    [...probabilities.keys()]
      .sort((a, b) => probabilities[b]! - probabilities[a]!)
      .slice(0, top)
      .map((label) => ({ label, name: names[label]!, probability: probabilities[label]! }));
  const pixels = dataset.height * dataset.width * dataset.channels;
  const most = imagesPerCall(dataset);
  let done = 0;

  const checkSignal = () => {
    if (signal?.aborted) throw new OptimbenchError("ABORTED", "The prediction was stopped.");
  };
  async function* predicted(images: Uint8Array) {
    for (let first = 0; first * pixels < images.length; first += most) {
      checkSignal();
      const probabilities = await model.predict(images.subarray(first * pixels, (first + most) * pixels));
      for (let i = 0; i < probabilities.length; i += dataset.classes) {
        onImage?.(++done);
        yield rank(probabilities.subarray(i, i + dataset.classes));
      }
    }
  }
  async function* ofArray(file: string): AsyncGenerator<FilePrediction> {
    const read = await failing(file, () => readArray(file, dataset, conversion, signal));
    if ("error" in read) return yield read;
    let image = 0;
    for await (const classes of predicted(read.images))
      yield { file, ...(!read.isSingle && { image: image++ }), classes };
  }
  async function* ofPictures(files: readonly string[]): AsyncGenerator<FilePrediction> {
    if (files.length > 0) loadSharp(); // without it, no picture can be read, and one error says so
    const read: (Uint8Array | FilePrediction)[] = [];
    await runInParallel(files.entries(), IMAGES_AT_ONCE, async ([i, file]) => {
      read[i] = await failing(file, () => readPicture(file, dataset, conversion));
    });
    checkSignal();
    const good = read.filter((each) => each instanceof Uint8Array);
    const images = new Uint8Array(good.length * pixels);
    for (const [i, each] of good.entries()) images.set(each, i * pixels);
    const classes = predicted(images);
    for (const [i, each] of read.entries())
      yield each instanceof Uint8Array ? { file: files[i]!, classes: (await classes.next()).value! } : each;
  }

  let pictures: string[] = [];
  for await (const path of inputPaths(paths)) {
    checkSignal();
    const array =
      "error" in path ? failed(path.file, path.error) : await failing(path.file, () => isArray(path.file));
    if (array === false) pictures.push(path.file);
    if (array === false && pictures.length < IMAGES_AT_ONCE) continue;
    yield* ofPictures(pictures);
    pictures = [];
    if (array === true) yield* ofArray(path.file);
    else if (array !== false) yield array;
  }
  yield* ofPictures(pictures);
}

const failed = (
  file: string,
  error: OptimbenchError,
): FilePrediction & { readonly error: OptimbenchError } => ({
  file,
  classes: [],
  error,
});

/** What a file gives, or why it cannot be read. */
async function failing<Result>(file: string, read: () => Promise<Result>) {
  return read().catch((error) => {
    if (error instanceof OptimbenchError && error.code === "DATA") return failed(file, error);
    throw error;
  });
}
