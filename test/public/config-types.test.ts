import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, expectTypeOf, it } from "vitest";
import type { z } from "zod";
import { declarations } from "../../scripts/docs/declarations.mjs";
import { jsonSchemas } from "../../scripts/docs/json-schemas.mjs";
import type { benchConfigSchema } from "../../src/bench/bench-config.js";
import type { augmentationSchema } from "../../src/config/augmentation.js";
import type { compareConfigSchema } from "../../src/config/compare-config.js";
import type { earlyStoppingSchema } from "../../src/config/early-stopping.js";
import type {
  resolvedCompareConfigSchema,
  resolvedTrainConfigSchema,
} from "../../src/config/resolved-config.js";
import type { trainConfigSchema } from "../../src/config/train-config.js";
import type { inMemorySchema } from "../../src/data/in-memory-schema.js";
import type { epochRecordSchema } from "../../src/history/epoch-record.js";
import type { stepsProfileSchema } from "../../src/history/profile.js";
import type {
  AugmentationConfig,
  BenchConfig,
  CompareConfig,
  DatasetInMemory,
  EarlyStoppingConfig,
  Environment,
  EpochRecord,
  Layer,
  LossConfig,
  Model,
  OptimizerConfig,
  ResolvedCompareConfig,
  ResolvedTrainConfig,
  RunRecord,
  ScheduleConfig,
  ScheduleLength,
  StepsProfile,
  Study,
  TrainConfig,
} from "../../src/index.js";
import type { LOSSES, LossName } from "../../src/losses/losses.js";
import type { LAYER_SCHEMAS } from "../../src/models/layers.js";
import type { modelSchema } from "../../src/models/models.js";
import type { GradientTransforms } from "../../src/optimizers/gradient-transforms.js";
import type { OPTIMIZERS, OptimizerName } from "../../src/optimizers/optimizers.js";
import type { trainingLengthSchema } from "../../src/schedules/schedule-rates.js";
import type { SCHEDULES, ScheduleName } from "../../src/schedules/schedules.js";
import type { environmentSchema } from "../../src/study/environment.js";
import type { studySchema } from "../../src/study/study.js";
import { packageRoot } from "../../src/system/package-root.js";
import type { runRecordSchema } from "../../src/training/run-record.js";

const files = [...declarations(), ...jsonSchemas()];

it.each(files)("%s is what `npm run docs:types` writes", (path, text) => {
  expect(readFileSync(join(packageRoot, path), "utf8")).toBe(text);
});

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly description?: string;
  readonly const?: unknown;
}

/** The keys without a description, at all depths, but those that name the object that they are in. */
function undescribed(schema: unknown, path = ""): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { properties = {} } = schema as JsonSchema;
  return [
    ...Object.entries(properties)
      .filter(([key, each]) => !each.description && each.const === undefined && key !== "type")
      .map(([key]) => `${path}.${key}`),
    ...Object.entries(schema).flatMap(([key, each]) => undescribed(each, `${path}/${key}`)),
  ];
}

it.each([...jsonSchemas()])("every key in %s has a description", (_, text) => {
  expect(undescribed(JSON.parse(text))).toEqual([]);
});

/** Whether each may stand for the other, also where every key is required: no optional key is missing in one of them. */
type Same<A, B> = Mutual<A, B> extends true ? Mutual<Required<A>, Required<B>> : false;
type Mutual<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** What a table of definitions lets a user write, by name. */
type Choice<Definitions, Name extends keyof Definitions> = Definitions[Name] extends {
  readonly hyperparameters: infer Shape extends z.ZodRawShape;
  readonly defaults: infer Defaults;
}
  ? {
      readonly name: Name;
      readonly label?: string | undefined;
      readonly semantics?: keyof Defaults | undefined;
      readonly formula?: string | undefined;
    } & { readonly [Key in keyof Shape]?: z.input<Shape[Key]> | undefined }
  : never;
type Transforms = { readonly [Key in keyof GradientTransforms]?: number | undefined };

// The compiler is the test here.
describe("the declared types are those of the schemas", () => {
  it("of the configs", () => {
    expectTypeOf<Same<TrainConfig, z.input<typeof trainConfigSchema>>>().toEqualTypeOf<true>();
    expectTypeOf<Same<CompareConfig, z.input<typeof compareConfigSchema>>>().toEqualTypeOf<true>();
    expectTypeOf<Same<BenchConfig, z.input<typeof benchConfigSchema>>>().toEqualTypeOf<true>();
    expectTypeOf<Same<EarlyStoppingConfig, z.input<typeof earlyStoppingSchema>>>().toEqualTypeOf<true>();
    expectTypeOf<Same<AugmentationConfig, z.input<typeof augmentationSchema>>>().toEqualTypeOf<true>();
    expectTypeOf<Same<DatasetInMemory, z.input<typeof inMemorySchema>>>().toEqualTypeOf<true>();
    expectTypeOf<Same<ScheduleLength, z.input<typeof trainingLengthSchema>>>().toEqualTypeOf<true>();
    expectTypeOf<Same<Model, z.input<typeof modelSchema>>>().toEqualTypeOf<true>();
  });

  it("of the results", () => {
    expectTypeOf<Same<EpochRecord, z.infer<typeof epochRecordSchema>>>().toEqualTypeOf<true>();
    expectTypeOf<Same<StepsProfile, z.infer<typeof stepsProfileSchema>>>().toEqualTypeOf<true>();
    expectTypeOf<
      Same<ResolvedTrainConfig, z.infer<typeof resolvedTrainConfigSchema>>
    >().toEqualTypeOf<true>();
    expectTypeOf<
      Same<ResolvedCompareConfig, z.infer<typeof resolvedCompareConfigSchema>>
    >().toEqualTypeOf<true>();
    expectTypeOf<Same<RunRecord, z.infer<typeof runRecordSchema>>>().toEqualTypeOf<true>();
    expectTypeOf<Same<Environment, z.infer<typeof environmentSchema>>>().toEqualTypeOf<true>();
    expectTypeOf<Same<Study, z.infer<typeof studySchema>>>().toEqualTypeOf<true>();
  });

  it("lets a resolved config be given again", () => {
    expectTypeOf<ResolvedTrainConfig>().toExtend<TrainConfig>();
    expectTypeOf<ResolvedCompareConfig>().toExtend<CompareConfig>();
  });

  it("of every layer", () => {
    expectTypeOf<Same<Layer, z.input<(typeof LAYER_SCHEMAS)[number]>>>().toEqualTypeOf<true>();
  });

  it("of every schedule", () => {
    type All = {
      [Name in ScheduleName]: Same<
        Extract<ScheduleConfig, { name: Name }>,
        z.input<(typeof SCHEDULES)[Name]>
      >;
    }[ScheduleName];
    expectTypeOf<All>().toEqualTypeOf<true>();
  });

  it("of every optimizer", () => {
    type All = {
      [Name in OptimizerName]: Same<
        Extract<OptimizerConfig, { name: Name }>,
        Choice<typeof OPTIMIZERS, Name> & Transforms
      >;
    }[OptimizerName];
    expectTypeOf<All>().toEqualTypeOf<true>();
  });

  it("of every loss", () => {
    type All = {
      [Name in LossName]: Same<Extract<LossConfig, { name: Name }>, Choice<typeof LOSSES, Name>>;
    }[LossName];
    expectTypeOf<All>().toEqualTypeOf<true>();
  });
});
