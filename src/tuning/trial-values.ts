import { type SearchSpace, valueAt } from "../catalogue/search-range.js";
import type { Extension, Trial, Tuning } from "../config/tuning-config.js";
import { randomStream } from "../data/random.js";
import { beyond, extended } from "./search-space.js";
import { sobolPoint } from "./sobol.js";

/** The settings that the trials of an arm change, and the space that they cover. */
export interface ArmTrials {
  readonly space: SearchSpace;
  readonly values: readonly Trial["values"][];
}

/**
 * The trials of an arm. The first has the given settings, so that tuning never selects worse ones by validation. The others are
 * points of a seeded Sobol sequence. More trials begin with the same ones. Each extension has a sequence of its own, which covers
 * what was added to the space; of an arm that is not extended, it covers the whole space.
 *
 * @param arm its place in the study
 */
export function trialsOf(
  space: SearchSpace,
  { trials, seed, extensions = [] }: Pick<Tuning, "trials" | "seed" | "extensions">,
  arm: number,
): ArmTrials {
  const seen = new Set<string>();
  const values: Trial["values"][] = [{}];
  const add = (count: number, of: SearchSpace, round: number) => {
    const keys = Object.keys(of);
    const next = randomStream(seed, "trials", round);
    const shifts = keys.map(() => next());
    for (let n = 0, added = 0; added < count && n < MOST_POINTS; n++) {
      const point = sobolPoint(n, shifts);
      const each = Object.fromEntries(keys.map((key, i) => [key, valueAt(of[key]!, point[i]!)]));
      const text = JSON.stringify(each);
      if (seen.has(text)) continue; // values have few digits
      seen.add(text);
      values.push(each);
      added++;
    }
  };
  add(trials - 1, space, 0);
  let whole = space;
  for (const [round, extension] of extensions.entries()) {
    const side = sideOf(extension, arm);
    const { learningRate } = whole;
    const part = learningRate === undefined ? whole : { ...whole, learningRate: beyond(learningRate, side) };
    add(extension.trials, part, round + 1);
    if (learningRate !== undefined) whole = { ...whole, learningRate: extended(learningRate, side) };
  }
  return { space: whole, values };
}

const MOST_POINTS = 2 ** 16;

/** An arm that was added to the study later has not been extended. */
const sideOf = ({ sides }: Extension, arm: number) => sides[arm] ?? "none";
