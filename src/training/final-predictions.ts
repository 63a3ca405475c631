import type { Dataset } from "../data/dataset.js";
import { allOf } from "../data/split.js";
import { MOST_CONFUSED_CLASSES, type Predictions } from "../history/predictions.js";
import { countPredictions } from "../inference/count-predictions.js";
import type { NativeSession } from "../native/addon.js";

/**
 * Predicts the test images, or without any the validation images, with the final weights. This is one more forward pass over
 * them, which no training time includes.
 *
 * @returns undefined if `signal` fired
 */
export async function finalPredictions(
  session: Pick<NativeSession, "predict">,
  dataset: Dataset,
  validation: Uint32Array,
  signal: AbortSignal | undefined,
): Promise<Predictions | undefined> {
  const { test } = dataset;
  const counted = await countPredictions(session, dataset, {
    from: test ?? dataset.validation ?? dataset,
    indices: test === undefined ? validation : allOf(test),
    mostConfusedClasses: MOST_CONFUSED_CLASSES,
    signal,
  });
  return counted && { images: test === undefined ? "validation" : "test", ...counted };
}
