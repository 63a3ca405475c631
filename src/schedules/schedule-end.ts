import { decayStepsOf, type ScheduleContext, stepsIn } from "./schedule-context.js";
import { isCustom, type ResolvedSchedule, type TrainingLength, warmUpSteps } from "./schedules.js";

/**
 * The number of steps after which a schedule has done what it describes, warm-up included; of restarts, the end of the decay that
 * the last step is in. 0 for a schedule without an end, such as a constant one or a custom formula, unless it has a warm-up.
 */
export function scheduleEnd(schedule: ResolvedSchedule, length: TrainingLength): number {
  const rising = warmUpSteps(schedule, length);
  const steps = Math.max(1, length.epochs * length.stepsPerEpoch - rising);
  return rising + endAfterWarmUp(schedule, { ...length, steps });
}

function endAfterWarmUp(schedule: ResolvedSchedule, context: ScheduleContext): number {
  if (isCustom(schedule)) return 0;
  switch (schedule.name) {
    case "oneCycle":
      return context.steps;
    case "cosine":
      return decayStepsOf(schedule, context, context.steps);
    case "polynomial": {
      const decay = decayStepsOf(schedule, context, context.steps);
      return schedule.cycle ? decay * Math.ceil(context.steps / decay) : decay;
    }
    case "cosineRestarts": {
      const { firstDecaySteps: decaySteps, firstDecayEpochs: decayEpochs, tMul } = schedule;
      const first = decayStepsOf({ decaySteps, decayEpochs }, context, context.stepsPerEpoch);
      return endOfDecay(context.steps, first, tMul);
    }
    case "piecewise": {
      const { boundaries, boundaryEpochs = [] } = schedule;
      return (boundaries?.at(-1) ?? stepsIn(boundaryEpochs.at(-1) ?? 0, context) - 1) + 1;
    }
    default:
      return 0;
  }
}

/** The end of the decay that contains the last of some steps. */
function endOfDecay(steps: number, first: number, factor: number): number {
  if (factor === 1) return first * Math.ceil(steps / first);
  let [end, length] = [first, first];
  while (end < steps) {
    length *= factor;
    end += length;
  }
  return end;
}
