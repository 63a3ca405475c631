import type { SearchRange, SearchSpace } from "../catalogue/search-range.js";
import type { Semantics } from "../catalogue/semantics.js";
import type { GivenArm } from "../config/study-arms.js";
import type { Side, Tuning } from "../config/tuning-config.js";
import { configError } from "../errors.js";
import {
  changedOptimizerSettings,
  optimizerSettings,
  optimizerSpace,
  resolveOptimizer,
} from "../optimizers/optimizers.js";
import { didYouMean } from "../validation/nearest.js";
import { MOST_DIMENSIONS } from "./sobol.js";

/** The learning rate is searched over this factor on both sides of its value: four decades. */
const AROUND_RATE = 100;
/** The factor by which the range of the learning rate grows. */
const EXTENSION = 10;

const short = (value: number) => Number(value.toPrecision(12));

/**
 * What tuning searches for each arm: the given space of its optimizer, or the default one. The default space centres on the
 * learning rate that the optimizer has, and omits settings that are not the optimizer's defaults: these were chosen.
 *
 * @throws OptimbenchError (CONFIG) if a given space names an optimizer or a setting that there is not
 */
export function searchSpaces(arms: readonly GivenArm[], { space: given = {} }: Tuning): SearchSpace[] {
  const resolved = arms.map(({ config: { optimizer, semantics } }) => resolveOptimizer(optimizer, semantics));
  const names = new Set(resolved.map(({ name }) => name));
  for (const name of Object.keys(given))
    if (!names.has(name as never))
      throw configError(
        `\`tuning.space.${name}\` is a space of an optimizer that the study does not have.${didYouMean(name, [...names])} Optimizers: ${[...names].join(", ")}.`,
        `tuning.space.${name}`,
      );
  return resolved.map((optimizer, i) => {
    const space = Object.hasOwn(given, optimizer.name) ? given[optimizer.name] : undefined;
    if (space === undefined) {
      const chosen = new Set(changedOptimizerSettings(optimizer).map(([key]) => key));
      const others = Object.entries(optimizerSpace(optimizer)).filter(([key]) => !chosen.has(key));
      return { learningRate: aroundRate(optimizer.learningRate), ...Object.fromEntries(others) };
    }
    checkSpace(optimizer.name, space, optimizerSettings(optimizer, arms[i]!.config.semantics as Semantics));
    return space;
  });
}

function checkSpace(name: string, space: SearchSpace, settings: readonly string[]): void {
  const path = `tuning.space.${name}`;
  for (const key of Object.keys(space))
    if (!settings.includes(key))
      throw configError(
        `\`${path}.${key}\` is not a setting of ${name}.${didYouMean(key, settings)} Settings: ${settings.join(", ")}.`,
        `${path}.${key}`,
      );
  if (Object.keys(space).length > MOST_DIMENSIONS)
    throw configError(`\`${path}\` has more than ${MOST_DIMENSIONS} settings. Remove some.`, path);
}

const aroundRate = (rate: number): SearchRange => ({
  from: short(rate / AROUND_RATE),
  to: short(rate * AROUND_RATE),
  scale: "log",
});

/** The part by which the range of the learning rate grows on a side; the whole range on none. */
export function beyond({ from, to, scale }: SearchRange, side: Side): SearchRange {
  if (side === "upper") return { from: to, to: short(to * EXTENSION), scale };
  return side === "lower" ? { from: short(from / EXTENSION), to: from, scale } : { from, to, scale };
}

/** A range and what lies beyond one of its sides. */
export function extended(range: SearchRange, side: Side): SearchRange {
  const { from, to } = beyond(range, side);
  return { ...range, from: Math.min(range.from, from), to: Math.max(range.to, to) };
}
