import { types } from "node:util";
import type { DatasetRecord } from "../data/dataset-record.js";
import { scaledBytes } from "../data/scaling.js";
import { dataError, OptimbenchError } from "../errors.js";
import { requireMemory } from "../native/require-memory.js";
import { describe } from "../validation/describe.js";
import { plainView } from "../validation/plain-data.js";
import { imagesPerCall } from "./images-per-call.js";

type Images = Uint8Array | Float32Array;

/**
 * Predicts images in parts, so that however many there are, only their probabilities need memory.
 *
 * @param predict the probabilities of a part
 * @throws OptimbenchError (DATA) if they are not whole images of the model's kind, or were transferred meanwhile, (MEMORY) if
 *   there is no memory for the probabilities
 */
export async function predictImages(
  model: DatasetRecord,
  given: Images,
  predict: (images: Uint8Array) => Promise<Float32Array>,
): Promise<Float32Array> {
  const { height, width, channels, classes, scaling } = model;
  const pixels = height * width * channels;
  const images = wholeImages(model, given);
  const count = images.length / pixels;
  const most = imagesPerCall(model);
  if (count > most)
    await requireMemory([
      { what: "the probabilities", bytes: 4 * count * classes, advice: "fewer images at once" },
    ]);
  const probabilities = new Float32Array(count * classes);
  for (let first = 0; first < count; first += most) {
    requireHeld(images);
    const part = images.subarray(first * pixels, (first + most) * pixels);
    const bytes = types.isUint8Array(part) ? part : await scaledBytes(part, scaling!);
    requireHeld(images);
    probabilities.set(await predict(bytes), first * classes);
  }
  return probabilities;
}

function wholeImages({ height, width, channels, scaling }: DatasetRecord, images: Images): Images {
  const isKnown = types.isUint8Array(images) || (scaling !== undefined && types.isFloat32Array(images));
  const given = isKnown ? plainView(images) : undefined;
  const pixels = height * width * channels;
  if (given !== undefined && given.length % pixels === 0 && given.length > 0) return given;
  const got =
    given === undefined
      ? describe(images)
      : `${given.length} ${types.isUint8Array(given) ? "bytes" : "floats"}`;
  const expected = `a Uint8Array of n x ${pixels} bytes${scaling === undefined ? "" : ", or a Float32Array of as many floats,"}`;
  throw new OptimbenchError("DATA", `Expected ${expected} for \`images\`, got ${got}.`, { path: "images" });
}

/** A transfer leaves an empty array. */
function requireHeld(images: Images): void {
  if (images.length === 0)
    throw dataError("`images` was transferred to another thread while it was predicted. Transfer a copy.");
}
