// Results about whole studies: what one would take, how two differ, whether one can be repeated, what is wrong with one.
import { z } from "zod";
import { studySchema } from "../../../study/study.js";
import { verdictsSchema } from "./verdicts.js";

const text = z.string();
const count = z.int().min(0);

const sizeSchema = z.object({
  seeds: count.describe("number of seeds"),
  epochs: count.describe("the most epochs of an arm"),
});
const budgetSchema = z.object({
  seconds: z.number().describe("the budget"),
  asked: sizeSchema.describe("what was asked for"),
  planned: sizeSchema.describe("what the study was cut to"),
});

/** A study with what it shows. */
export const judgedStudySchema = z.intersection(
  studySchema,
  z.object({
    verdicts: verdictsSchema.describe("what the study shows"),
    budget: budgetSchema.optional().describe("with --budget, what was cut before the study ran"),
  }),
);

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
export const estimateSchema = z
  .object({
    ...runCounts,
    seeds: count.describe("number of seeds"),
    epochs: count.describe("the most epochs of an arm"),
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
    trials: z
      .object({
        ...runCounts,
        seconds: z.number().describe("estimated seconds of the other runs"),
        mostMore: count.describe(
          "the most runs that are added, while the best learning rate of an arm is on the edge of its space",
        ),
        mostMoreSeconds: z.number().describe("estimated seconds of these"),
      })
      .optional()
      .describe("of a tuned study, its trials; the other numbers are those of the selected settings"),
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
          seed: count.describe("seed of the run"),
          a: count.nullable().describe("its number in the first study; null if that lacks it"),
          b: count.nullable().describe("the same in the second study"),
          differences: differences.describe(
            "what differs in its measurements; empty if only one study has it",
          ),
        }),
      )
      .readonly()
      .describe("runs that differ, or that only one study has"),
  })
  .describe("what differs between two studies");

export const verificationSchema = z
  .object({
    passed: z.boolean().describe("whether all drawn runs ran again, none differs, and no run is altered"),
    drawn: count.describe("number of runs drawn"),
    isExact: z.boolean().describe("whether results were compared bit for bit"),
    seed: count.describe("seed of the draw"),
    runs: z
      .array(
        z.object({
          number: count.describe("its place in the study, from 1"),
          record: studySchema.shape.runs.unwrap().element.describe("record of the new run"),
          differences: differences.describe(
            "what differs from the record in the study; empty if nothing does",
          ),
        }),
      )
      .readonly()
      .describe("runs that ran again"),
    altered: z
      .array(
        z.object({
          number: count.describe("its place in the study, from 1"),
          differences: differences.describe("what differs from the record in cells.jsonl"),
        }),
      )
      .readonly()
      .describe("runs whose records in study.json and in cells.jsonl differ"),
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
