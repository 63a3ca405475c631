import { permutation, randomStream } from "../data/random.js";

/**
 * The order in which the runs of a study start, as indices into its plan: one seed after another, and the arms of each seed in a
 * random order that depends on the seed only. A slow minute of the machine therefore affects no arm more than others on average.
 */
export const runOrder = (seeds: readonly number[], arms: number): number[] =>
  seeds.flatMap((seed, place) =>
    Array.from(permutation(arms, randomStream(seed, "runOrder")), (arm) => place * arms + arm),
  );
