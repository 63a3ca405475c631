import { z } from "zod";
import type { Definition } from "../catalogue/definition.js";
import { configError } from "../errors.js";
import type { UpdateGraph } from "../formula/graph.js";
import { staysFinite } from "../formula/stays-finite.js";
import { MOMENTA, momentumOf, OPTIMIZERS, type ResolvedOptimizer } from "../optimizers/optimizers.js";
import {
  changesMomentum,
  isCustom,
  type ResolvedSchedule,
  startSchedule,
  type TrainingLength,
  toStayAboveZero,
} from "../schedules/schedules.js";
import { placeOf } from "../validation/path-text.js";

/**
 * Checks that the optimizer has a momentum if the schedule changes it.
 *
 * @param where the optimizer's path in the whole config, for messages
 * @throws OptimbenchError (CONFIG)
 */
export function checkMomentum(schedule: ResolvedSchedule, optimizer: ResolvedOptimizer, where: string): void {
  if (changesMomentum(schedule) && momentumOf(optimizer) === undefined)
    throw configError(
      `\`schedule\` changes the momentum, but ${placeOf(optimizer.name, where)} has none. ${instead(optimizer)}, or omit \`schedule.baseMomentum\` and \`schedule.maxMomentum\`.`,
      where,
    );
}

/** How to fix a missing momentum. */
function instead(optimizer: ResolvedOptimizer): string {
  const { hyperparameters, momentum }: Partial<Definition> =
    optimizer.semantics === "custom" ? {} : OPTIMIZERS[optimizer.name];
  if (optimizer.semantics === "custom") return "Name a hyperparameter of its formula `momentum` or `beta1`";
  if (momentum !== undefined) return `Set its \`${momentum}\` above 0`;
  const other = MOMENTA.find((name) => hyperparameters !== undefined && Object.hasOwn(hyperparameters, name));
  const meaning = other && z.globalRegistry.get(hyperparameters![other]!)?.description;
  return `${other ? `Its \`${other}\` is the ${meaning}, and must stay constant. ` : ""}Use another optimizer`;
}

/** The most steps to check. In a longer run, they are evenly spaced. */
const MOST_STEPS = 100_000;

/**
 * Checks a schedule's rates before a run, as far as possible. A custom formula may give invalid rates, and updates that divide
 * by the rate become infinite at a rate of 0.
 *
 * @param where the optimizer's path in the whole config, for messages
 * @throws OptimbenchError (CONFIG)
 */
export function checkRates(
  schedule: ResolvedSchedule,
  { optimizer, update }: { readonly optimizer: ResolvedOptimizer; readonly update: UpdateGraph },
  length: TrainingLength,
  where: string,
): void {
  const { learningRate } = length;
  const bears = (rate: number) => staysFinite(update, [rate]) && staysFinite(update, [learningRate, rate]);
  const takesAny = bears(0) || !bears(learningRate);
  if (takesAny && !isCustom(schedule)) return;
  const { rate } = startSchedule(schedule, length);
  const last = Math.max(0, length.epochs * length.stepsPerEpoch - 1);
  const stride = Math.ceil((last + 1) / MOST_STEPS);
  let least = { step: 0, rate: rate(0) };
  for (let step = 0; step < last; ) {
    step = Math.min(step + stride, last);
    const found = rate(step);
    if (found < least.rate) least = { step, rate: found };
  }
  if (!takesAny && !bears(least.rate))
    throw configError(
      `${placeOf(optimizer.name, where)} does not stay finite at a learning rate of ${Number(least.rate.toPrecision(3))}, which \`schedule\` reaches at step ${least.step} (counted from 0). ${toStayAboveZero(schedule, length, least.step)}`,
      where,
    );
}
