// What --json prints. Only the published JSON Schema is generated from this, and tests check each command against it.
import { z } from "zod";
import { MEASURES } from "../../bench/bench-config.js";
import { stepsProfileSchema } from "../../history/profile.js";
import { environmentSchema } from "../../study/environment.js";
import { studySchema } from "../../study/study.js";
import { verdictsSchema } from "./verdicts-schema.js";

const text = z.string();
const count = z.int().min(0);
const numbers = z.array(z.number()).readonly();
/** JSON has no infinity and no NaN: both are null. */
const float = z.number().nullable();

const differenceSchema = z
  .object({
    path: text.describe("such as `split.train`; of two lists, the path of the list"),
    a: z.unknown().optional().describe("value in the first; of two lists, the items that only the first has"),
    b: z.unknown().optional().describe("the same of the second"),
    ofLists: z.boolean().describe("whether a and b are lists of items"),
  })
  .describe("a place where two values differ");
const differences = z.array(differenceSchema).readonly();

const runCounts = {
  runs: count.describe("number of runs"),
  finished: count.describe("runs that the folder already has"),
};
const estimateSchema = z
  .object({
    ...runCounts,
    seeds: count.describe("number of seeds"),
    seconds: z.number().describe("estimated seconds of the other runs"),
    memoryBytes: z.number().describe("memory that the runs need at the same time; 0 on a GPU"),
    diskBytes: z.number().describe("size of cells.jsonl and study.json of the whole study"),
    arms: z
      .array(
        z.object({
          label: text.describe("label of the arm"),
          ...runCounts,
          secondsPerRun: z.number().describe("estimated seconds of one run"),
        }),
      )
      .readonly()
      .describe("arms in the order of the plan"),
  })
  .describe("what a study would take, from --dry-run");

export const studyDiffSchema = z
  .object({
    equal: z.boolean().describe("whether nothing differs"),
    question: differences.describe("what the studies ask differently"),
    environment: differences.describe("what differs in machine, versions, threads and execution"),
    shared: count.describe("number of runs that both have"),
    runs: z
      .array(
        z.object({
          label: text.describe("label of its arm"),
          seed: count,
          a: count.nullable().describe("its number in the first study; null if that lacks it"),
          b: count.nullable().describe("the same in the second study"),
          differences,
        }),
      )
      .readonly()
      .describe("runs that differ, or that only one study has"),
  })
  .describe("what differs between two studies");

export const verificationSchema = z
  .object({
    passed: z.boolean().describe("whether all drawn runs ran again and none differs"),
    drawn: count.describe("number of runs drawn"),
    isExact: z.boolean().describe("whether results were compared bit for bit"),
    seed: count.describe("seed of the draw"),
    runs: z
      .array(z.object({ number: count, record: studySchema.shape.runs.unwrap().element, differences }))
      .readonly()
      .describe("runs that ran again"),
  })
  .describe("what a verification found");

export const findingSchema = z
  .object({
    check: text.describe("name of the check"),
    level: z
      .enum(["fail", "note"])
      .describe("fail: a result cannot be relied on; note: the results hold, but mean less"),
    found: text.describe("what was found, with its numbers"),
    advice: text.describe("what to do about it"),
  })
  .describe("what a check found in a study");

const definition = z.looseObject({ source: text, formula: text });
export const explanationSchema = z
  .object({
    kind: z.enum(["optimizer", "loss"]),
    name: text,
    title: text,
    sources: z.array(text).readonly(),
    note: text.optional(),
    hyperparameters: z
      .array(
        z.object({
          name: text,
          meaning: text,
          range: text,
          defaults: z.record(text, z.unknown()).readonly(),
        }),
      )
      .readonly(),
    definitions: z.array(definition).readonly().describe("one per origin"),
    differences: z.array(text).readonly(),
  })
  .describe("what an optimizer or a loss does");

export const benchRecordSchema = z
  .object({
    schemaVersion: z.literal(1),
    kind: z.literal("bench"),
    createdAt: text,
    environment: environmentSchema,
    loadBefore: z.number(),
    settings: z.looseObject({ measure: z.array(z.enum(MEASURES)).readonly() }),
    status: z.enum(["completed", "cancelled"]),
    results: z
      .array(
        z.object({
          measure: z.enum(MEASURES),
          optimizer: text,
          threads: count,
          images: count.optional(),
          milliseconds: z
            .object({
              samples: count,
              median: z.number(),
              lowerQuartile: z.number(),
              upperQuartile: z.number(),
              least: z.number(),
              medianOfRounds: numbers,
            })
            .nullable(),
        }),
      )
      .readonly(),
    profiles: z
      .array(stepsProfileSchema.extend({ optimizer: text, threads: count, images: count }))
      .readonly()
      .optional(),
  })
  .describe("measurements of this machine");

const libtorch = z.object({ version: text, root: text, rule: text.describe("how it was found") });

export const diagnosisSchema = z
  .object({
    canTrain: z.boolean(),
    environment: environmentSchema,
    libtorch: libtorch.nullable(),
    native: z.object({ addon: text, core: text, cudaGraphs: text.optional(), builtFor: text }).nullable(),
    whyNoCuda: text.nullable(),
    whyNoGraphs: text.nullable(),
    cache: text,
    mnist: text.nullable(),
    problems: z.array(text).readonly(),
    notes: z.array(text).readonly(),
  })
  .describe("what training needs and what was found");

export const gradientCheckResultSchema = z
  .object({
    loss: text,
    passed: z.boolean(),
    summary: text,
    formula: text,
    compared: count,
    kinks: count,
    worst: z.object({
      z: z.array(float).readonly(),
      y: numbers,
      class: count,
      value: float,
      gradient: float,
      difference: float,
      error: float,
    }),
    breakdown: z.looseObject({ what: text }).optional(),
  })
  .describe("a loss whose gradient was checked");

export const datasetDescriptionSchema = z
  .object({
    name: text,
    height: count,
    width: count,
    channels: count,
    classes: count,
    classNames: z.array(text).readonly().optional(),
    scaling: z.object({ minimum: z.number(), maximum: z.number() }).optional(),
    groups: z.looseObject({ count }).optional(),
    sets: z
      .array(
        z.object({
          set: text,
          count,
          perClass: z.array(count).readonly(),
          duplicates: count,
          conflicts: count,
        }),
      )
      .readonly(),
    shared: z.array(z.object({ set: text, earlier: text, count })).readonly(),
    values: z.object({
      minimum: z.number(),
      maximum: z.number(),
      mean: numbers,
      standardDeviation: numbers,
    }),
    looksInverted: z.boolean(),
  })
  .describe("what a dataset contains");

export const datasetStatusSchema = z
  .object({
    name: text,
    available: z.boolean(),
    where: text.nullable(),
    count: count.nullable(),
    testCount: count.nullable(),
    classes: count.nullable(),
    problem: text.nullable(),
  })
  .describe("a named dataset, and where it is on this machine");

const judgedStudySchema = z.intersection(studySchema, z.object({ verdicts: verdictsSchema }));

/** The result of each command. */
const RESULTS = {
  compare: z.union([judgedStudySchema, estimateSchema]),
  train: z.union([judgedStudySchema, estimateSchema]),
  merge: studySchema,
  report: z.object({
    files: z.array(text).describe("what was written"),
    verdicts: verdictsSchema.optional(),
  }),
  verify: verificationSchema,
  diff: studyDiffSchema,
  check: z.array(findingSchema).describe("what was found, failures first"),
  schedule: z.object({
    stepsPerEpoch: z.number(),
    rates: z.array(z.number()).describe("learning rate of each step"),
    momenta: z.array(z.number()).optional().describe("momentum of each step, if the schedule changes it"),
  }),
  explain: z.array(explanationSchema),
  bench: benchRecordSchema,
  "data describe": z.union([datasetDescriptionSchema, z.array(datasetStatusSchema)]),
  "data fetch": z.object({ name: text, where: text, wasDownloaded: z.boolean() }),
  "data samples": z.object({ file: text, dataset: text, classes: count, perClass: count }),
  setup: z.object({ libtorch }),
  doctor: diagnosisSchema,
  "check-gradient": z.array(gradientCheckResultSchema),
} as const;

export const COMMANDS = Object.keys(RESULTS) as readonly (keyof typeof RESULTS)[];

const version = z.literal(1).describe("version of this format");

const successes = Object.entries(RESULTS).map(([command, result]) =>
  z.strictObject({
    schemaVersion: version,
    command: z.literal(command),
    ok: z
      .literal(true)
      .describe("whether the command did its work; the answer may still be no (exit code 1)"),
    result,
  }),
);

const failure = z.strictObject({
  schemaVersion: version,
  command: text.describe('such as "compare" or "data fetch"; empty if there is no such command'),
  ok: z.literal(false),
  error: z.strictObject({
    code: text.describe("CONFIG, FORMULA, DATA, FILE, LIBTORCH, MEMORY, NATIVE, ABORTED, DISPOSED or BUG"),
    message: text.describe("what is wrong, where, and what to do"),
    path: text.optional().describe("where the first problem in the input is, or the file"),
  }),
  result: z
    .unknown()
    .optional()
    .describe("the result as far as there is one, as of a command that did its work"),
});

export const documentSchema = z
  .union([...successes, failure])
  .describe("what a command prints to stdout with --json");
