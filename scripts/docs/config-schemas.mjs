// The JSON Schemas of all user input, from the zod schemas in src/. The description of each key contains its meaning, range and
// default. The config types and schemas/ are generated from them.
import { z } from "zod";
import { benchConfigSchema } from "../../dist/bench/bench-config.js";
import { resolvedRangeSchema, searchRangeSchema } from "../../dist/catalogue/search-range.js";
import { armConfigSchema } from "../../dist/config/arm-config.js";
import { augmentationSchema } from "../../dist/config/augmentation.js";
import { lossChoicesSchema, optimizerChoicesSchema, SINGLE_KEYS } from "../../dist/config/choices.js";
import { compareConfigSchema } from "../../dist/config/compare-config.js";
import { earlyStoppingSchema } from "../../dist/config/early-stopping.js";
import { initialWeightsConfigSchema } from "../../dist/config/initial-weights.js";
import { trainConfigSchema } from "../../dist/config/train-config.js";
import {
  extensionSchema,
  trialSchema,
  tunedArmSchema,
  tuningSchema,
} from "../../dist/config/tuning-config.js";
import { valueRangeSchema } from "../../dist/config/value-range.js";
import { inMemorySchema } from "../../dist/data/in-memory-schema.js";
import { originText, valueText } from "../../dist/explain/differences.js";
import { modelOptionsSchema } from "../../dist/inference/load-model.js";
import { LOSSES, lossAlternatives, lossSchema } from "../../dist/losses/losses.js";
import { LAYER_SCHEMAS, layerListSchema, layerSchema } from "../../dist/models/layers.js";
import { customModelSchema, modelSchema } from "../../dist/models/models.js";
import { OPTIMIZERS, optimizerAlternatives, optimizerSchema } from "../../dist/optimizers/optimizers.js";
import { trainingLengthSchema } from "../../dist/schedules/schedule-rates.js";
import { SCHEDULES, scheduleAlternatives, scheduleSchema } from "../../dist/schedules/schedules.js";
import { gradientCheckSchema } from "../../dist/training/check-loss-gradient.js";
import { checkpointSchema } from "../../dist/training/checkpoint/checkpoint-options.js";
import { groupBy } from "../../dist/validation/group-by.js";
import { rangePhrase } from "../../dist/validation/number-range.js";

/** @typedef {z.core.JSONSchema.JSONSchema & { tsType?: string }} JsonSchema */

const pascal = (name) => name[0].toUpperCase() + name.slice(1);

/** A value that is validated by its name is documented as one of several: the names first, a custom formula last. */
const CHOICES = [
  {
    id: "Optimizer",
    schema: optimizerSchema,
    choices: optimizerChoicesSchema,
    all: optimizerAlternatives(),
    names: Object.keys(OPTIMIZERS),
    text: "an optimizer",
  },
  {
    id: "Loss",
    schema: lossSchema,
    choices: lossChoicesSchema,
    all: lossAlternatives(),
    names: Object.keys(LOSSES),
    text: "a loss",
  },
  {
    id: "Schedule",
    schema: scheduleSchema,
    all: scheduleAlternatives(),
    names: Object.keys(SCHEDULES),
    text: "a schedule of the learning rate",
  },
];

/**
 * The named schemas, for the types and for $defs.
 *
 * @type {Map<z.ZodType, string>}
 */
const NAMES = new Map([
  ...CHOICES.flatMap(({ id, all: [name, ...each], names }) => [
    [name, `${id}Name`],
    ...each.map((schema, i) => [schema, `${pascal(names[i] ?? "custom")}${id}`]),
  ]),
  ...LAYER_SCHEMAS.map((schema) => [schema, layerName(schema)]),
  [layerSchema, "Layer"],
  [layerListSchema.unwrap(), "LayerList"],
  [customModelSchema, "CustomModel"],
  [modelSchema, "Model"],
  [earlyStoppingSchema, "EarlyStoppingConfig"],
  [augmentationSchema, "AugmentationConfig"],
  [initialWeightsConfigSchema, "InitialWeightsConfig"],
  [inMemorySchema, "DatasetInMemory"],
  [trainingLengthSchema, "ScheduleLength"],
  [gradientCheckSchema, "GradientCheckOptions"],
  [checkpointSchema, "CheckpointOptions"],
  [modelOptionsSchema, "ModelOptions"],
  [trainConfigSchema, "TrainConfig"],
  [compareConfigSchema, "CompareConfig"],
  [armConfigSchema, "ArmConfig"],
  [valueRangeSchema, "ValueRange"],
  [searchRangeSchema, "SearchRange"],
  [resolvedRangeSchema, "ResolvedRange"],
  [tuningSchema, "TuningConfig"],
  [trialSchema, "Trial"],
  [tunedArmSchema, "TunedArm"],
  [extensionSchema, "TuningExtension"],
  [benchConfigSchema, "BenchConfig"],
]);

function layerName(schema) {
  const { type } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }).properties;
  const name = pascal(type.const ?? type.enum[0]);
  return `${type.enum ? name.replace("Max", "") : name}Layer`;
}

/**
 * All schemas by name. They refer to each other as "#/$defs/<name>".
 *
 * @returns {Record<string, JsonSchema>}
 */
export function configSchemas() {
  for (const [schema, id] of NAMES) z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), id });
  const unions = CHOICES.map(({ id, all, text }) =>
    z
      .union(all)
      .meta({ id: `${id}Config`, description: `${text}: a name, a name with settings, or a custom formula` }),
  );
  const roots = [
    trainConfigSchema,
    compareConfigSchema,
    benchConfigSchema,
    inMemorySchema,
    trainingLengthSchema,
    gradientCheckSchema,
    checkpointSchema,
    modelOptionsSchema,
  ];
  const override = ({ zodSchema, jsonSchema }) => {
    const choice = CHOICES.find(({ schema }) => schema === zodSchema);
    if (choice) Object.assign(jsonSchema, { $ref: `#/$defs/${choice.id}Config`, examples: undefined });
    const several = CHOICES.find(({ choices }) => choices !== undefined && choices === zodSchema);
    if (several) Object.assign(jsonSchema, { $ref: `#/$defs/${several.id}Choices`, examples: undefined });
    // zod omits the default if an inner value is transformed, such as a layer.
    if (zodSchema instanceof z.ZodDefault) jsonSchema.default = zodSchema.def.defaultValue;
    delete jsonSchema.readOnly;
  };
  const options = { io: "input", unrepresentable: "any", override };
  const defs = [...unions, ...roots].map(
    (schema) => z.toJSONSchema(z.strictObject({ of: schema }), options).$defs,
  );
  const all = JSON.parse(JSON.stringify(Object.assign({}, ...defs)));
  for (const [name, schema] of Object.entries(all)) all[name] = documented(schema, defaultsOf(name));
  for (const { id, names } of CHOICES) {
    // An editor proposes the built-in names until the name is known.
    all[`Custom${id}`].properties.name.examples = names;
    all[`${id}Name`].description = `Name of a built-in ${id.toLowerCase()}.`;
  }
  all.LayerList.description = "Layers, from the first to the last.";
  describeLearningRate(all);
  for (const { id, choices, text } of CHOICES)
    if (choices !== undefined) all[`${id}Choices`] = withValues(all, id, text);
  return all;
}

/** An optimizer or a loss whose settings may have several values. */
function withValues(all, id, text) {
  const isSingle = (key) => SINGLE_KEYS.includes(key);
  const several = ({ description, default: byDefault, ...one }) => {
    const types = [one, ...(one.anyOf ?? [])].map(({ type }) => type);
    const isNumber = types.includes("number") || types.includes("integer");
    return {
      ...(description && { description }),
      ...(byDefault !== undefined && { default: byDefault }),
      anyOf: [
        ...(one.anyOf ?? [one]),
        { type: "array", minItems: 1, items: one },
        ...(isNumber ? [{ $ref: "#/$defs/ValueRange" }] : []),
      ],
    };
  };
  const severalOf = (schema) =>
    schema.additionalProperties
      ? { ...schema, additionalProperties: several(schema.additionalProperties) }
      : several(schema);
  const choice = (schema) => ({
    ...schema,
    properties: Object.fromEntries(
      Object.entries(schema.properties).map(([key, each]) => [key, isSingle(key) ? each : severalOf(each)]),
    ),
  });
  return {
    tsType: `Choices<${id}Config>`,
    description: `${sentence(text)} Its settings may have several values, in a list or a range: it stands for one of each combination.`,
    anyOf: all[`${id}Config`].anyOf.map((each) => {
      const schema = all[each.$ref.replace("#/$defs/", "")];
      return schema.properties === undefined ? each : choice(schema);
    }),
  };
}

/** Custom and built-in optimizers share this key, so it has one description with the defaults of all. */
function describeLearningRate(all) {
  const ids = [
    ...Object.keys(OPTIMIZERS).map((name) => [name, `${pascal(name)}Optimizer`]),
    ["custom", "CustomOptimizer"],
  ];
  const described = ids.map(([name, id]) => {
    const [meaning, byDefault] = all[id].properties.learningRate.description.split(" Default: ");
    return { name, id, meaning, byDefault: byDefault.replace(/\.$/, "") };
  });
  const groups = groupBy(described, ({ byDefault }) => byDefault);
  const defaults = groups.map(
    (group) => `${group.map(({ name }) => name).join(", ")}: ${group[0].byDefault}`,
  );
  for (const { id, meaning } of described) {
    const { default: _, ...rest } = all[id].properties.learningRate;
    all[id].properties.learningRate = {
      ...rest,
      description: `${meaning} Default by optimizer: ${defaults.join("; ")}.`,
    };
  }
}

/** The defaults of a built-in's hyperparameters as text, which may differ between sources. */
function defaultsOf(id) {
  const [, definition] =
    [
      ...Object.entries(OPTIMIZERS).map(([key, value]) => [`${pascal(key)}Optimizer`, value]),
      ...Object.entries(LOSSES).map(([key, value]) => [`${pascal(key)}Loss`, value]),
    ].find(([name]) => name === id) ?? [];
  if (definition === undefined) return {};
  return Object.fromEntries(
    Object.keys(definition.hyperparameters).map((key) => {
      const given = Object.entries(definition.defaults).filter(([, values]) => values[key] !== undefined);
      const groups = groupBy(given, ([, values]) => valueText(values[key])).map((group) => [
        valueText(group[0][1][key]),
        group,
      ]);
      const texts = groups.map(([value, sources]) =>
        groups.length === 1 && given.length === Object.keys(definition.defaults).length
          ? value
          : `${value} (${sources.map(([source]) => originText(source)).join(", ")})`,
      );
      return [key, texts.join(", ")];
    }),
  );
}

/** Adds meaning, range and default to the description of each key, at all depths. */
function documented(schema, defaults = {}) {
  const { properties, required = [] } = schema;
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      if (key === "properties") return [key, value];
      if (Array.isArray(value)) return [key, value.map((each) => (isSchema(each) ? documented(each) : each))];
      return [key, isSchema(value) && key !== "default" ? documented(value) : value];
    }),
  );
  if (schema.description !== undefined) inner.description = sentence(schema.description);
  if (properties === undefined) return inner;
  inner.properties = Object.fromEntries(
    Object.entries(properties).map(([key, each]) => [
      key,
      withText(
        documented(each),
        isTag(key, each) ? (inner.description ?? "") : keyText(each, required.includes(key), defaults[key]),
      ),
    ]),
  );
  return inner;
}

const withText = (schema, description) => (description === "" ? schema : { ...schema, description });

const isSchema = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

function keyText(schema, isRequired, byDefault) {
  const { description, default: value } = schema;
  const text = description === undefined ? "" : sentence(description);
  if (schema.const !== undefined || text === "") return text;
  const end =
    byDefault !== undefined
      ? `Default: ${byDefault}.`
      : value !== undefined && !isEmpty(value)
        ? `Default: ${Array.isArray(value) ? value.map((each) => JSON.stringify(each)).join(", ") : JSON.stringify(value)}.`
        : isRequired
          ? "Required."
          : /default/i.test(text)
            ? ""
            : "Default: none.";
  return [text, rangeText(schema), end].filter(Boolean).join(" ");
}

/** Whether the key distinguishes the members of a union. Its meaning is then that of the object. */
const isTag = (key, { const: value, enum: values }) =>
  (key === "name" || key === "type") && (value !== undefined || values !== undefined);

const isEmpty = (value) => typeof value === "object" && Object.keys(value).length === 0;

export const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}${text.endsWith(".") ? "" : "."}`;

/** "A whole number of at least 1 and at most 256." */
function rangeText(schema) {
  const { type } = schema;
  if (type !== "integer" && type !== "number") return "";
  return `${`${type === "integer" ? "A whole number" : "A number"} ${rangePhrase(schema)}`.trim()}.`;
}
