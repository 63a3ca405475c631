import type { Dataset, ImageSet } from "../data/dataset.js";
import { BINS, type Mistake, MOST_MISTAKES, type Predictions } from "../history/predictions.js";
import type { NativeSession } from "../native/addon.js";
import { givenAway } from "../native/resident-dataset.js";
import { imagesPerCall } from "./images-per-call.js";

/** What to predict, and how. */
interface CountOptions {
  readonly from: ImageSet;
  readonly indices: Uint32Array;
  /** With more classes, there is no confusion matrix. */
  readonly mostConfusedClasses: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Predicts images, and compares the predictions with their labels.
 *
 * @returns undefined if `signal` fired
 */
export async function countPredictions(
  session: Pick<NativeSession, "predict">,
  shape: Pick<Dataset, "height" | "width" | "channels" | "classes">,
  { from, indices, mostConfusedClasses, signal }: CountOptions,
): Promise<Omit<Predictions, "images"> | undefined> {
  const { classes } = shape;
  const counted = counter(classes, classes <= mostConfusedClasses);
  for await (const { part, probabilities } of predicted(session, shape, from, indices, signal)) {
    if (probabilities === undefined) return undefined;
    for (const [i, image] of part.entries())
      counted.add(image, from.labels[image]!, probabilities.subarray(i * classes, (i + 1) * classes));
  }
  return counted.result();
}

/** The probabilities of each part of the images; undefined once the signal has fired. */
async function* predicted(
  session: Pick<NativeSession, "predict">,
  shape: Pick<Dataset, "height" | "width" | "channels" | "classes">,
  { images }: ImageSet,
  indices: Uint32Array,
  signal: AbortSignal | undefined,
) {
  const pixels = shape.height * shape.width * shape.channels;
  const most = imagesPerCall(shape);
  for (let first = 0; first < indices.length; first += most) {
    const part = indices.subarray(first, first + most);
    if (images.length === 0) throw givenAway();
    const bytes = new Uint8Array(part.length * pixels);
    for (const [i, image] of part.entries())
      bytes.set(images.subarray(image * pixels, (image + 1) * pixels), i * pixels);
    const probabilities = signal?.aborted
      ? undefined
      : await session.predict(bytes).catch((error) => {
          if (signal?.aborted) return undefined; // it cancels the prediction
          throw error;
        });
    yield { part, probabilities };
  }
}

/** Counts predictions one by one. */
function counter(classes: number, hasConfusions: boolean) {
  const confusions = hasConfusions
    ? Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
    : undefined;
  const bins = Array.from({ length: BINS }, () => ({ count: 0, confidence: 0, correct: 0 }));
  const mistakes: Mistake[] = [];
  return {
    add(image: number, label: number, probabilities: Float32Array) {
      const predicted = probabilities.reduce((best, each, i) => (each > probabilities[best]! ? i : best), 0);
      const largest = probabilities[predicted]!;
      const confidence = Number.isFinite(largest) ? Math.min(1, largest) : 0;
      if (confusions) confusions[label]![predicted]!++;
      const bin = bins[Math.min(BINS - 1, Math.max(0, Math.ceil(confidence * BINS) - 1))]!;
      bin.count++;
      bin.confidence += confidence;
      if (predicted === label) bin.correct++;
      else mistakes.push({ image, label, predicted, confidence });
    },
    result: () => ({
      ...(confusions && { confusions }),
      reliability: bins.map(({ count, confidence, correct }) => ({
        count,
        confidence: count === 0 ? 0 : confidence / count,
        accuracy: count === 0 ? 0 : correct / count,
      })),
      mistakes: mistakes.sort((a, b) => b.confidence - a.confidence).slice(0, MOST_MISTAKES),
    }),
  };
}
