import { z } from "zod";
import { halfCosine } from "./cosine.js";
import { type RateOfStep, type ScheduleContext, warmUpShape } from "./schedule-context.js";

const momentum = z.number().min(0).lt(1);

/**
 * Up to the learning rate, then down to almost 0, over the whole training. Sources: torch.optim.lr_scheduler.OneCycleLR, whose
 * max_lr is the optimizer's learning rate here; Smith & Topin 2017, "Super-Convergence".
 */
export const oneCycleSchema = z
  .strictObject({
    name: z.literal("oneCycle"),
    pctStart: z.number().min(0).max(1).default(0.3).describe("fraction of the steps in which the rate rises"),
    annealStrategy: z.enum(["cos", "linear"]).default("cos").describe("the shape of the rise and the fall"),
    divFactor: z.number().gt(0).default(25).describe("the initial rate is the learning rate divided by this"),
    finalDivFactor: z
      .number()
      .gt(0)
      .default(1e4)
      .describe("the final rate is the initial rate divided by this"),
    threePhase: z
      .boolean()
      .default(false)
      .describe("whether the fall has two phases, the first as long as the rise"),
    baseMomentum: momentum
      .optional()
      .describe(
        "the momentum where the rate is highest; set with maxMomentum to cycle it inversely to the rate",
      ),
    maxMomentum: momentum
      .optional()
      .describe(
        "the momentum where the rate is lowest; set with baseMomentum to cycle it inversely to the rate",
      ),
    ...warmUpShape,
  })
  .describe("raises the rate to the learning rate, then lowers it almost to 0, over the whole training")
  .refine(({ baseMomentum, maxMomentum }) => (baseMomentum === undefined) === (maxMomentum === undefined), {
    error:
      "oneCycle cycles the momentum between `{path.}baseMomentum` and `{path.}maxMomentum`. Set both or neither.",
  });

type Resolved = z.output<typeof oneCycleSchema>;

export function oneCycle(schedule: Resolved, { learningRate: highest, steps }: ScheduleContext): RateOfStep {
  const first = highest / schedule.divFactor;
  return through(schedule, steps, [first, highest, first, first / schedule.finalDivFactor]);
}

/** The momentum of each step, as PyTorch's `cycle_momentum` with base_momentum and max_momentum; undefined if it is constant. */
export function oneCycleMomentum(schedule: Resolved, steps: number): ((step: number) => number) | undefined {
  const { baseMomentum, maxMomentum } = schedule;
  if (baseMomentum === undefined || maxMomentum === undefined) return undefined;
  return through(schedule, steps, [maxMomentum, baseMomentum, maxMomentum, maxMomentum]);
}

/** Interpolates a value per step: from first to peak, with three phases on to middle, then to last. */
function through(
  { pctStart, annealStrategy, threePhase }: Resolved,
  steps: number,
  [first, peak, middle, last]: readonly [number, number, number, number],
): (step: number) => number {
  const points = [
    { at: 0, value: first },
    { at: pctStart * steps - 1, value: peak },
    ...(threePhase ? [{ at: 2 * pctStart * steps - 2, value: middle }] : []),
    { at: steps - 1, value: last },
  ];
  const share = annealStrategy === "cos" ? halfCosine : (done: number) => 1 - done;
  return (step) => {
    const next = points.findIndex(({ at }, i) => i > 0 && step <= at);
    const end = points.at(next)!; // the last, for steps after it
    const start = points.at(next < 0 ? -2 : next - 1)!;
    const done = end.at === start.at ? 1 : (step - start.at) / (end.at - start.at);
    return end.value + (start.value - end.value) * share(Math.min(done, 1));
  };
}
