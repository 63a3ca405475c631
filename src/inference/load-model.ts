import { z } from "zod";
import { SEMANTICS } from "../catalogue/semantics.js";
import type { ResolvedTrainConfig } from "../config/resolved-config.js";
import { defaultThreads, threadsSchema } from "../config/threads.js";
import { LARGEST_IMAGE, MOST_CLASSES } from "../data/dataset.js";
import { type DatasetRecord, datasetRecordSchema } from "../data/dataset-record.js";
import { readOptionsShape } from "../data/read-options.js";
import { type Standardisation, standardisationSchema } from "../data/standardisation.js";
import { OptimbenchError, reasonOf } from "../errors.js";
import { parseUpdate } from "../formula/parse-update.js";
import { planUpdate } from "../formula/plan-update.js";
import { type LossConfig, lossGraph, resolveLoss } from "../losses/losses.js";
import { layerNamesSchema } from "../models/layer-names.js";
import { lowerModel } from "../models/lower-model.js";
import { type Model, resolveModel } from "../models/models.js";
import {
  loadNative,
  type NativeSession,
  preloadNative,
  type SessionSpec,
  type TensorInfo,
} from "../native/addon.js";
import { resolveDevice } from "../native/device.js";
import { type MemoryPart, requireMemory } from "../native/require-memory.js";
import { openSession } from "../native/session.js";
import { type OpenSafetensors, openSafetensors } from "../safetensors/open-safetensors.js";
import { integerText } from "../validation/count-text.js";
import { parse, validate } from "../validation/parse.js";
import { pathSchema } from "../validation/path-schema.js";
import type { ModelOptions } from "./model-options.generated.js";
import { shapeInPyTorch } from "./pytorch-layout.js";
import { TrainedModel } from "./trained-model.js";
import { writeTensor } from "./write-tensor.js";

export const modelOptionsSchema = z
  .strictObject({
    device: z.string().default("cpu").describe("device to compute on: auto, cpu, cuda or cuda:1"),
    threads: threadsSchema
      .optional()
      .describe("CPU threads. Default: the cores that are available to this process."),
  })
  .readonly()
  .describe("where a loaded model computes");

/** Above use: of `microBatch`. Prediction does not depend on it. */
const MOST_AT_ONCE = 2 ** 32;

/** What `TrainedModel.save` writes to the metadata, as far as prediction and evaluation need it. */
const contentSchema = z
  .object({
    config: z.looseObject({
      model: z.unknown(),
      loss: z.unknown(),
      semantics: z.enum(SEMANTICS),
      microBatch: z.int().min(1).max(MOST_AT_ONCE),
      frozen: layerNamesSchema.optional(),
      ...readOptionsShape,
      dataset: z.string().optional(),
      dataDir: z.string().optional(),
      split: z
        .object({ train: z.int().min(1), validation: z.int().min(1), stratified: z.boolean().optional() })
        .optional(),
      seed: z.int().min(0).optional(),
    }),
    dataset: datasetRecordSchema.extend({
      height: z.int().min(1).max(LARGEST_IMAGE.side),
      width: z.int().min(1).max(LARGEST_IMAGE.side),
      channels: z.int().min(1).max(LARGEST_IMAGE.channels),
      classes: z.int().min(2).max(MOST_CLASSES),
    }),
    standardisation: standardisationSchema.optional(),
  })
  .refine(
    ({ dataset: { channels }, standardisation }) =>
      standardisation === undefined ||
      (standardisation.mean.length === channels &&
        standardisation.standardDeviation.length === channels &&
        standardisation.standardDeviation.every((each) => each > 0)),
  );
type Content = z.output<typeof contentSchema>;

/** Updates need an optimizer, even if there are none. */
const NO_UPDATE = "theta = theta - 0 * g";

/**
 * Loads a model that `TrainedModel.save` wrote.
 *
 * @throws OptimbenchError (CONFIG) for invalid arguments, (FILE) if the file cannot be read, is damaged or is no model of this
 *   package, (LIBTORCH, MEMORY)
 */
export async function loadModel(path: string, options: ModelOptions = {}): Promise<TrainedModel> {
  parse(pathSchema, path, "path");
  const { device, threads = defaultThreads() } = parse(modelOptionsSchema, options, "options");
  const file = await openSafetensors(path);
  try {
    const { config, dataset, standardisation } = contentOf(file);
    await file.verify();
    await preloadNative();
    const place = { device: resolveDevice(device), threads };
    const spec = { ...modelSpec(file, config, dataset), ...place };
    await requireMemory(modelMemory(spec));
    const session = await openSession({ ...spec, ...(standardisation && { standardisation }) });
    try {
      await fill(session, file);
      return new TrainedModel(
        session,
        { ...config, ...place } as unknown as ResolvedTrainConfig,
        dataset as DatasetRecord,
        standardisation as Standardisation | undefined,
      );
    } catch (error) {
      await session.dispose();
      throw error;
    }
  } finally {
    await file.close();
  }
}

const unusable = (path: string, reason: string, cause?: unknown) =>
  new OptimbenchError("FILE", `Cannot load a model from ${path}: ${reason}.`, { path, cause });

function contentOf({ path, metadata }: OpenSafetensors): Content {
  if (metadata.get("format")?.startsWith("optimbench checkpoint"))
    throw unusable(path, "it is a checkpoint. Resume its run, and save the model of the result");
  if (!metadata.has("config") || !metadata.has("dataset"))
    throw unusable(path, "its metadata does not describe a model, so `save` did not write it");
  const json = (key: string): unknown => JSON.parse(metadata.get(key)!);
  try {
    const result = validate(contentSchema, {
      config: json("config"),
      dataset: json("dataset"),
      ...(metadata.has("standardisation") && { standardisation: json("standardisation") }),
    });
    if (result.success) return result.data as Content;
  } catch (cause) {
    throw unusable(path, "its metadata is damaged", cause);
  }
  throw unusable(path, "its metadata is damaged");
}

function modelSpec(
  file: OpenSafetensors,
  { model, loss, semantics, microBatch, frozen }: Content["config"],
  { channels, height, width, classes }: Content["dataset"],
): Omit<SessionSpec, "device" | "threads"> {
  try {
    const input = [channels, height, width] as const;
    const resolved = resolveModel(model as Model, { classes, semantics });
    const { layers, parameters, parameterCount } = lowerModel(resolved, {
      input,
      classes,
      semantics,
      frozen,
    });
    const bytes = [...file.tensors.values()].reduce((sum, tensor) => sum + tensor.bytes, 0);
    if (4 * parameterCount > bytes)
      throw unusable(
        file.path,
        `its model has ${integerText(parameterCount)} parameters, but its tensors have ${integerText(bytes / 4)} numbers`,
      );
    return {
      ...{ seed: 0, microBatch, input, classes, layers },
      loss: lossGraph(resolveLoss(loss as LossConfig, semantics, classes)),
      update: planUpdate(parseUpdate(NO_UPDATE, { hyperparameters: {} }), parameters),
    };
  } catch (cause) {
    if (cause instanceof OptimbenchError && cause.code === "FILE") throw cause;
    const reason = reasonOf(cause).replace(/\.$/, "");
    throw unusable(file.path, `its metadata does not describe a valid model: ${reason}`, cause);
  }
}

/** The memory of a model that predicts an image at a time. That of a GPU is not estimated. */
function modelMemory(spec: SessionSpec): readonly MemoryPart[] {
  if (spec.device !== "cpu") return [];
  const work = { batchSize: 1, trains: [], evaluates: [1] };
  const { parameters, gradients, activations } = loadNative().memoryNeeds(spec, work);
  return [
    { what: "parameters", bytes: parameters + gradients, advice: "a smaller model" },
    {
      what: "activations of 1 image",
      bytes: activations,
      advice: "a model of smaller images or fewer filters",
    },
  ];
}

async function fill(session: NativeSession, file: OpenSafetensors): Promise<void> {
  const expected = {
    parameters: session.parameters(),
    statistics: session.statistics(),
  };
  const names = new Set(Object.values(expected).flatMap((tensors) => tensors.map(({ name }) => name)));
  const foreign = [...file.tensors.keys()].find((name) => !names.has(name));
  if (foreign !== undefined) throw unusable(file.path, `its model has no tensor \`${foreign}\``);
  for (const tensor of expected.parameters)
    await fillTensor(session, tensor.frozen ? "frozen" : "parameters", tensor, file);
  for (const tensor of expected.statistics) await fillTensor(session, "statistics", tensor, file);
}

async function fillTensor(
  session: NativeSession,
  vector: string,
  tensor: TensorInfo,
  file: OpenSafetensors,
): Promise<void> {
  const { name, shape } = tensor;
  const found = file.tensors.get(name);
  const inFile = shapeInPyTorch(shape);
  if (found?.type !== "F32" || found.shape.join() !== inFile.join())
    throw unusable(file.path, `it has no float32 tensor \`${name}\` of the shape [${inFile.join(", ")}]`);
  await writeTensor(session, vector, tensor, file.values(found));
}
