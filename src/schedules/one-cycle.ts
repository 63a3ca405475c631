import { z } from "zod";
import { halfCosine } from "./cosine.js";
import { type Course, type RateOfStep, warmUpShape } from "./course.js";

/**
 * Up to the learning rate, and down to almost nothing, over the whole training.
 * Sources: torch.optim.lr_scheduler.OneCycleLR, whose max_lr is the optimizer's learning rate here;
 * Smith & Topin 2017, "Super-Convergence".
 */
export const oneCycleSchema = z.strictObject({
  name: z.literal("oneCycle"),
  /** Share of the steps in which the rate rises. Default 0.3. */
  pctStart: z.number().min(0).max(1).default(0.3).describe("share of the steps in which the rate rises"),
  /** "cos" (default) or "linear": the shape of the rise and the fall. */
  annealStrategy: z.enum(["cos", "linear"]).default("cos").describe("the shape of the rise and the fall"),
  /** The first rate is the learning rate divided by this. Default 25. */
  divFactor: z.number().gt(0).default(25).describe("the first rate is the learning rate divided by this"),
  /** The last rate is the first divided by this. Default 10000. */
  finalDivFactor: z.number().gt(0).default(1e4).describe("the last rate is the first divided by this"),
  /** Whether the fall has two parts: as the rise, mirrored, then to the last rate. Default false. */
  threePhase: z
    .boolean()
    .default(false)
    .describe("whether the fall has two parts, the first as long as the rise"),
  ...warmUpShape,
});

export function oneCycle(schedule: z.output<typeof oneCycleSchema>, course: Course): RateOfStep {
  const { pctStart, annealStrategy, divFactor, finalDivFactor, threePhase } = schedule;
  const { learningRate: highest, steps } = course;
  const first = highest / divFactor;
  const last = first / finalDivFactor;
  const rise = pctStart * steps - 1;
  const points = [
    { at: 0, rate: first },
    { at: rise, rate: highest },
    ...(threePhase ? [{ at: 2 * pctStart * steps - 2, rate: first }] : []),
    { at: steps - 1, rate: last },
  ];
  const share = annealStrategy === "cos" ? halfCosine : (done: number) => 1 - done;
  return (step) => {
    const next = points.findIndex(({ at }, i) => i > 0 && step <= at);
    const end = points.at(next)!; // past the last, the last
    const start = points.at(next < 0 ? -2 : next - 1)!;
    const done = end.at === start.at ? 1 : (step - start.at) / (end.at - start.at);
    return end.rate + (start.rate - end.rate) * share(Math.min(done, 1));
  };
}
