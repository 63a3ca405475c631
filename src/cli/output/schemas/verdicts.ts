import { z } from "zod";
import { METRICS } from "../../../verdicts/metric.js";

const text = z.string();
const count = z.int().min(0);
const share = z.number().min(0).max(1);
const interval = z
  .object({ low: z.number().describe("lower end"), high: z.number().describe("upper end") })
  .nullable();

const armSchema = z.object({
  label: text.describe("what distinguishes the arm from the others, such as adam"),
  slug: text.describe("its label as a file name"),
  rank: z.int().min(1).describe("1 + the number of arms that are better"),
  score: share.describe("mean over the compared seeds; a diverged run counts as 0"),
  accuracy: share.nullable().describe("mean over the runs that completed; null if none did"),
  diverged: count.describe("number of compared runs that diverged"),
  noise: z
    .object({
      floor: z.number().describe("standard deviation of one run's accuracy by the choice of images alone"),
      observed: z.number().nullable().describe("standard deviation between runs"),
      evaluation: z.number().describe("the part of it that comes from the images being few"),
      training: z.number().nullable().describe("what remains"),
    })
    .nullable()
    .describe("where the spread between its runs comes from, as shares; null if no run completed"),
});

const pairSchema = z.object({
  a: text.describe("label of the arm with the higher mean"),
  b: text.describe("label of the other arm"),
  verdict: z
    .enum(["better", "equal", "undecided"])
    .describe(
      "better: a is better than b; equal: they differ by less than the margin; undecided: neither is shown",
    ),
  difference: z.number().describe("mean of what a scored more than b, seed by seed"),
  interval: interval.describe("95% interval of the difference by Student's t"),
  bootstrap: interval.describe("the same by the BCa bootstrap"),
  correlation: z.number().nullable().describe("of the arms' scores between seeds"),
  p: share
    .nullable()
    .describe("p-value of the sign-flip test; null if seeds were added in rounds: see sequential"),
  correctedP: share.nullable().describe("the same, corrected for the number of pairs"),
  sequential: z
    .object({
      round: count.describe("the round that called a better, otherwise the last complete round; 0 for none"),
      difference: z.number().nullable().describe("mean difference in the rounds up to it; null for none"),
      boundary: z.number().nullable().describe("what it must exceed for better; null for none"),
      equalityLevel: share.describe("what equivalenceP must not exceed for equal"),
    })
    .nullable()
    .describe("what AdaStop decided, if seeds were added in rounds; null if their number was fixed"),
  equivalenceP: share.nullable().describe("p-value of the two one-sided t tests"),
  superiority: share.describe("probability that a run of a scores more than a run of b"),
  moreSeeds: count.nullable().describe("about how many more seeds would decide"),
});

const maybe = z.number().min(0).nullable();
const targetSchema = z.object({
  target: share.describe("a validation accuracy"),
  arms: z
    .array(
      z.object({
        label: text.describe("the arm's label in tables"),
        reached: count.describe("compared runs that reached it"),
        runs: count.describe("compared runs"),
        seconds: maybe.describe(
          "median seconds of training steps; null if half of the runs or more miss it, or times are not comparable",
        ),
        steps: maybe.describe("median training steps; null if half of the runs or more miss it"),
        epochs: maybe.describe("median epochs; null likewise"),
      }),
    )
    .readonly()
    .describe("the arms, in the order in which they are planned"),
});

/** What --json prints of verdicts. */
export const verdictsSchema = z
  .object({
    metric: z.enum(METRICS).describe("what arms are compared by"),
    margin: z.number().describe("the difference below which two arms count as equal, as a share"),
    level: share.describe(
      "probability of a false better anywhere in the study, and of a false equal per pair, at most",
    ),
    seeds: z.array(count).readonly().describe("seeds that every compared arm finished"),
    leastSeeds: count.describe("the fewest seeds with which any arm can be called better"),
    arms: z.array(armSchema).readonly().describe("the compared arms by rank, then by score"),
    pairs: z.array(pairSchema).readonly().describe("every pair of these arms"),
    targets: z
      .array(targetSchema)
      .readonly()
      .describe("how long the arms took to each target, in ascending order"),
    sentence: text.describe("the result in one sentence"),
    notes: z.array(text).readonly().describe("what limits it"),
  })
  .describe("what a study shows");
