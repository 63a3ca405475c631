import { z } from "zod";

const text = z.string();

const definition = z.looseObject({
  source: text.describe(
    "who defined it: a framework, the authors of the method (paper), or the user (custom)",
  ),
  formula: text.describe(
    "the update, or the loss of one sample, with the given settings or else the defaults",
  ),
});

export const explanationSchema = z
  .object({
    kind: z.enum(["optimizer", "loss"]).describe("what is explained"),
    name: text.describe("its name in configs"),
    title: text.describe("its name in text, such as Adam"),
    sources: z
      .array(text)
      .readonly()
      .describe("papers and files of Keras and PyTorch with the formulas; empty for a custom formula"),
    note: text.optional().describe("what to know before using it"),
    hyperparameters: z
      .array(
        z.object({
          name: text.describe("its key in configs"),
          meaning: text.describe("what it does"),
          range: text.describe("values it may have, such as 0 <= x < 1; empty for a custom formula"),
          defaults: z.record(text, z.unknown()).readonly().describe("default by source of the definition"),
        }),
      )
      .readonly()
      .describe("settings that its formulas read"),
    definitions: z.array(definition).readonly().describe("one per origin"),
    differences: z.array(text).readonly().describe("what differs between the definitions, a sentence each"),
  })
  .describe("what an optimizer or a loss does");

/** JSON has no infinity and no NaN: both are null. */
const float = z.number().nullable();
const count = z.int().min(0);

export const gradientCheckResultSchema = z
  .object({
    loss: text.describe("name of the loss"),
    passed: z.boolean().describe("whether gradient and slope agree for all samples, also in float32"),
    summary: text.describe("the result in words, with what to change after a failure"),
    formula: text.describe("the loss of one sample that was checked"),
    compared: count.describe("number of compared partial derivatives"),
    kinks: count.describe(
      "number of those at a kink, where every slope between those of both sides is correct",
    ),
    worst: z
      .object({
        z: z.array(float).readonly().describe("logits, one per class"),
        y: z.array(z.number()).readonly().describe("target, one number per class"),
        class: count.describe("the class whose logit is varied, from 0"),
        value: float.describe("the loss; null if it is not finite"),
        gradient: float.describe("the derivative that training uses; null if it is not finite"),
        difference: float.describe("the slope by a central difference; null if it is not finite"),
        error: float.describe("difference of both, relative to the larger; null if one is not finite"),
      })
      .describe("the derivative with the largest error, or the one where the loss breaks"),
    breakdown: z
      .looseObject({
        what: text.describe(
          "value or gradient: it is not finite; precision: the gradient loses its first digits",
        ),
      })
      .optional()
      .describe("a sample for which the loss breaks in float32; absent if none was found"),
  })
  .describe("a loss whose gradient was checked");
