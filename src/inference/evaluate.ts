import { resolve } from "node:path";
import type { ResolvedTrainConfig } from "../config/resolved-config.js";
import { type Dataset, type HeldOutSet, namesOf } from "../data/dataset.js";
import type { DatasetRecord } from "../data/dataset-record.js";
import type { DatasetInMemory } from "../data/in-memory.js";
import { IN_MEMORY } from "../data/in-memory-schema.js";
import { loadDataset } from "../data/load-dataset.js";
import { readOptionsOf } from "../data/read-options.js";
import { allOf } from "../data/split.js";
import { splitDataset } from "../data/split-dataset.js";
import { configError, OptimbenchError } from "../errors.js";
import { calibrationOf } from "../history/calibration.js";
import { classScores } from "../history/class-scores.js";
import type { NativeSession } from "../native/addon.js";
import { dataMemory, requireMemory } from "../native/require-memory.js";
import { residentDataset } from "../native/resident-dataset.js";
import { parse } from "../validation/parse.js";
import { countPredictions } from "./count-predictions.js";
import { type EvaluateOptions, evaluateOptionsSchema } from "./evaluate-options.js";
import { type Evaluation, MOST_MATRIX_CLASSES } from "./evaluation.js";
import { evaluationMetrics } from "./evaluation-metrics.js";
import { fitDataset } from "./fit-dataset.js";

/** A trained model, as far as evaluation needs it. */
export interface EvaluatedModel {
  readonly session: NativeSession;
  readonly config: ResolvedTrainConfig;
  readonly dataset: DatasetRecord;
}

/**
 * Evaluates a model as a run evaluates its test images, and compares each prediction with its label.
 *
 * @throws OptimbenchError by rejection as `loadDataset`; CONFIG if there is no such split, DATA if the dataset does not have the
 *   images and classes of the model, MEMORY if there is no memory for a copy of the images, ABORTED when `signal` fires
 */
export async function evaluate(
  { session, config, dataset: trained }: EvaluatedModel,
  source: string | DatasetInMemory | Dataset | undefined,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const { split, resize, ...reading } = parse(evaluateOptionsSchema, options, "options");
  const { signal } = reading;
  const { height, width } = trained;
  const dataset = await loadDataset(source ?? config.dataset, {
    ...readingOf(config, source),
    ...(resize && { resize: { height, width } }),
    ...reading,
  });
  const chosen = choose(config, trained, dataset, split);
  const { indices } = chosen;
  const fitted = await fitDataset(trained, dataset, chosen.set);
  const cancel = () => session.cancel();
  const stopped = () => new OptimbenchError("ABORTED", `The evaluation of ${dataset.name} was stopped.`);
  if (signal?.aborted) throw stopped();
  await requireMemory(dataMemory(fitted, config.device));
  const { images } = await residentDataset(fitted, config.device);
  signal?.addEventListener("abort", cancel);
  try {
    const measured = await session.evaluate(images, indices);
    const mostConfusedClasses = MOST_MATRIX_CLASSES;
    const counted = await countPredictions(session, fitted, {
      from: fitted,
      indices,
      mostConfusedClasses,
      signal,
    });
    if (measured.status === "cancelled" || counted === undefined) throw stopped();
    const { confusions, reliability, mistakes } = counted;
    return {
      ...evaluationMetrics(measured),
      dataset: dataset.name,
      split: chosen.split,
      count: indices.length,
      confidence: calibrationOf(reliability).confidence,
      ...(confusions && { classes: classScores(confusions, namesOf(trained)), confusions }),
      reliability,
      mistakes,
    };
  } finally {
    signal?.removeEventListener("abort", cancel);
    images.dispose();
  }
}

/** Images are read as those that the model was trained on, as far as that suits another dataset. */
function readingOf(config: ResolvedTrainConfig, source: unknown) {
  const { resize, greyscale, ...others } = readOptionsOf(config);
  const isTrained = source === undefined || isSamePlace(source, config.dataset);
  return {
    ...(resize !== undefined && { resize }),
    ...(greyscale !== undefined && { greyscale }),
    ...(isTrained && others),
  };
}

const isSamePlace = (a: unknown, b: unknown) =>
  typeof a === "string" && typeof b === "string" && (a === b || resolve(a) === resolve(b));

/** The images to evaluate. */
interface Choice {
  readonly split: Evaluation["split"];
  readonly set: HeldOutSet;
  readonly indices: Uint32Array;
}

function choose(
  config: ResolvedTrainConfig,
  trained: DatasetRecord,
  dataset: Dataset,
  wanted: Evaluation["split"] | undefined,
): Choice {
  const { validation, test, name } = dataset;
  const { seed, split: sizes } = config;
  const isTrained = name !== IN_MEMORY && isSamePlace(name, trained.name) && dataset.count === trained.count;
  const drawn = isTrained && sizes !== undefined ? splitDataset(dataset, sizes, seed) : undefined;
  const hasValidation = validation !== undefined || drawn !== undefined;
  const split = wanted ?? (test ? "test" : hasValidation ? "validation" : "train");
  if (split === "train") return { split, set: dataset, indices: drawn?.train ?? allOf(dataset) };
  if (split === "test" && test) return { split, set: test, indices: allOf(test) };
  if (split === "validation" && hasValidation) {
    const set = validation ?? dataset;
    return { split, set, indices: drawn?.validation ?? allOf(set) };
  }
  const others = [...(test ? ["test"] : []), ...(hasValidation ? ["validation"] : []), "train"];
  throw configError(
    `${name} has no ${split} images. Choose another \`split\` (--split): ${others.join(", ")}.`,
    "split",
  );
}
