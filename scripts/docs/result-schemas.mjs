// The JSON Schemas of results, from the zod schemas in src/. The result types and schemas/study.schema.json are generated from
// them.
import { z } from "zod";
import { resolvedRangeSchema } from "../../dist/catalogue/search-range.js";
import { resolvedWeightsSchema } from "../../dist/config/initial-weights.js";
import {
  resolvedArmSchema,
  resolvedCompareConfigSchema,
  resolvedTrainConfigSchema,
  splitSizesSchema,
} from "../../dist/config/resolved-config.js";
import {
  extensionSchema,
  resolvedTuningSchema,
  trialSchema,
  tunedArmSchema,
} from "../../dist/config/tuning-config.js";
import { datasetRecordSchema } from "../../dist/data/dataset-record.js";
import { classScoreSchema } from "../../dist/history/class-scores.js";
import {
  epochRecordSchema,
  evaluationMetricsSchema,
  metricsSchema,
  runSecondsSchema,
  runStatusSchema,
} from "../../dist/history/epoch-record.js";
import { mistakeSchema, predictionsSchema, reliabilityBinSchema } from "../../dist/history/predictions.js";
import { layerProfileSchema, profileSchema, stepsProfileSchema } from "../../dist/history/profile.js";
import { evaluationSchema } from "../../dist/inference/evaluation.js";
import { environmentSchema } from "../../dist/study/environment.js";
import { machineSchema } from "../../dist/study/machines.js";
import { failedRunSchema, studySchema } from "../../dist/study/study.js";
import { runRecordSchema } from "../../dist/training/run-record.js";
import { sentence } from "./config-schemas.mjs";

/** The named schemas, for the types and for $defs. */
const NAMES = {
  SplitSizes: splitSizesSchema,
  ResolvedInitialWeights: resolvedWeightsSchema,
  ResolvedTrainConfig: resolvedTrainConfigSchema,
  ResolvedArm: resolvedArmSchema,
  ResolvedRange: resolvedRangeSchema,
  Trial: trialSchema,
  TunedArm: tunedArmSchema,
  TuningExtension: extensionSchema,
  ResolvedTuning: resolvedTuningSchema,
  ResolvedCompareConfig: resolvedCompareConfigSchema,
  Metrics: metricsSchema,
  EvaluationMetrics: evaluationMetricsSchema,
  EpochRecord: epochRecordSchema,
  RunStatus: runStatusSchema,
  RunSeconds: runSecondsSchema,
  LayerProfile: layerProfileSchema,
  Profile: profileSchema,
  StepsProfile: stepsProfileSchema,
  Predictions: predictionsSchema,
  ReliabilityBin: reliabilityBinSchema,
  Mistake: mistakeSchema,
  ClassScore: classScoreSchema,
  Evaluation: evaluationSchema,
  DatasetRecord: datasetRecordSchema,
  RunRecord: runRecordSchema,
  Environment: environmentSchema,
  Machine: machineSchema,
  FailedRun: failedRunSchema,
  Study: studySchema,
};

/**
 * All schemas by name. They refer to each other as "#/$defs/<name>".
 *
 * @returns {Record<string, import("./config-schemas.mjs").JsonSchema>}
 */
export function resultSchemas() {
  for (const [id, schema] of Object.entries(NAMES))
    z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), id });
  const override = ({ jsonSchema }) => {
    delete jsonSchema.readOnly;
  };
  const { $defs } = z.toJSONSchema(z.object(NAMES), { io: "input", override });
  return withSentences(JSON.parse(JSON.stringify($defs)));
}

export function withSentences(value) {
  if (Array.isArray(value)) return value.map(withSentences);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key === "description" ? sentence(each) : withSentences(each),
    ]),
  );
}
