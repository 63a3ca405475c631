/** A group-sequential design: an analysis after each round of seeds. */
export interface SequentialDesign {
  /** Seeds that each arm gets per round. */
  readonly perRound: number;
  /** The most rounds. */
  readonly rounds: number;
  /** The probability of one or more false decisions in the whole study, over all pairs and rounds. */
  readonly level: number;
}

/** A pair of arms that differ. */
export interface Separation {
  /** The arm with the higher mean. */
  readonly higher: number;
  readonly lower: number;
  /** The round that decided, from 1. */
  readonly round: number;
}

export interface SequentialTest {
  /** Pairs that differ, in the order in which they were decided. */
  readonly separations: readonly Separation[];
  /** Per round, the mean difference that the remaining pairs would have had to exceed. */
  readonly boundaries: readonly number[];
}

interface Pair {
  readonly a: number;
  readonly b: number;
}

/** Permutations are enumerated up to this number, and drawn above it. */
const MOST_PERMUTATIONS = 10_000;

/**
 * AdaStop, the group-sequential permutation test of Mathieu et al. (arXiv 2306.10882), for all pairs of arms. In each round, the
 * values of a pair are exchanged at random within the round. Over all rounds so far, the largest absolute difference of the
 * undecided pairs gives the boundary: the chance that it is exceeded by now grows by `level / rounds` per round. The pairs above the
 * boundary differ, and the boundary is computed again for the others, until none is above it. A permutation that was above a
 * boundary does not count in later rounds.
 *
 * The values of a seed are not treated as pairs. If seeds make the values of arms rise and fall together, the test is conservative.
 *
 * @param arms the values of each arm, in the order of the rounds; all have the same number of whole rounds
 * @param random uniform 32-bit integers, for permutations that are too many to enumerate
 */
export function adaStop(
  arms: readonly (readonly number[])[],
  { perRound, rounds, level }: SequentialDesign,
  random: () => number,
): SequentialTest {
  const pairs: Pair[] = arms.flatMap((_, a) => arms.slice(a + 1).map((__, i) => ({ a, b: a + 1 + i })));
  const all = choose(2 * perRound, perRound);
  const isExact = all ** rounds <= MOST_PERMUTATIONS;
  const separations: Separation[] = [];
  const boundaries: number[] = [];
  let undecided = pairs.map((_, pair) => pair);
  let spent = 0;
  // The first permutation leaves everything in place: its differences are those of the arms.
  let differences: Float64Array[] = isExact
    ? [new Float64Array(pairs.length)]
    : Array.from({ length: MOST_PERMUTATIONS }, () => new Float64Array(pairs.length));
  for (let round = 1; round <= Math.floor((arms[0]?.length ?? 0) / perRound); round++) {
    if (undecided.length === 0) break;
    const values = arms.map((each) => each.slice((round - 1) * perRound, round * perRound));
    const add = (before: Float64Array, chosen: Uint8Array) => permuted(before, values, pairs, chosen);
    differences = isExact
      ? combinations(perRound).flatMap((chosen) => differences.map((before) => add(before, chosen)))
      : differences.map((before, i) => add(before, i === 0 ? identity(perRound) : drawn(perRound, random)));
    const count = isExact ? all ** round : MOST_PERMUTATIONS;
    const allowed = Math.floor(((level * round) / rounds - spent) * count + 1e-9);
    for (;;) {
      const largest = differences.map((each) => largestOf(each, undecided));
      const sorted = Float64Array.from(largest).sort();
      const boundary = sorted[Math.max(0, sorted.length - 1 - allowed)]! * (1 + ROUNDING);
      const differing = undecided.filter((pair) => Math.abs(differences[0]![pair]!) > boundary);
      for (const pair of differing) {
        const { a, b } = pairs[pair]!;
        const isFirst = differences[0]![pair]! > 0;
        separations.push({ higher: isFirst ? a : b, lower: isFirst ? b : a, round });
      }
      undecided = undecided.filter((pair) => !differing.includes(pair));
      if (differing.length > 0 && undecided.length > 0) continue;
      const before = differences.length;
      differences = differences.filter((_, i) => largest[i]! <= boundary);
      spent += (before - differences.length) / count;
      boundaries.push(boundary / (round * perRound));
      break;
    }
  }
  return { separations, boundaries };
}

/** Sums of the same values in another order differ by rounding only. */
const ROUNDING = 1e-9;

/** Adds the differences between the sums of the `chosen` and the other values of each pair. */
function permuted(
  before: Float64Array,
  values: readonly (readonly number[])[],
  pairs: readonly Pair[],
  chosen: Uint8Array,
): Float64Array {
  const first = new Float64Array(values.length);
  const second = new Float64Array(values.length);
  for (const [arm, each] of values.entries()) {
    for (let i = 0; i < each.length; i++) {
      const value = each[i]!;
      first[arm]! += chosen[i] === 1 ? value : -value;
      second[arm]! += chosen[each.length + i] === 1 ? value : -value;
    }
  }
  const after = new Float64Array(pairs.length);
  for (let pair = 0; pair < pairs.length; pair++) {
    const { a, b } = pairs[pair]!;
    after[pair] = before[pair]! + first[a]! + second[b]!;
  }
  return after;
}

function largestOf(differences: Float64Array, among: readonly number[]): number {
  let largest = 0;
  for (const pair of among) largest = Math.max(largest, Math.abs(differences[pair]!));
  return largest;
}

/** Marks the values of a pair's first arm: the first half. */
const identity = (half: number): Uint8Array => new Uint8Array(2 * half).fill(1, 0, half);

/** Every choice of half of the values, with `identity` first. */
function combinations(half: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  const chosen = new Uint8Array(2 * half);
  const extend = (from: number, left: number) => {
    if (left === 0) found.push(chosen.slice());
    for (let i = from; left > 0 && i <= 2 * half - left; i++) {
      chosen[i] = 1;
      extend(i + 1, left - 1);
      chosen[i] = 0;
    }
  };
  extend(0, half);
  return found;
}

/** A random choice of half of the values (selection sampling: each value with the chance that is left). */
function drawn(half: number, random: () => number): Uint8Array {
  const chosen = new Uint8Array(2 * half);
  let left = half;
  for (let i = 0; left > 0; i++) {
    if ((random() / 2 ** 32) * (2 * half - i) >= left) continue;
    chosen[i] = 1;
    left--;
  }
  return chosen;
}

function choose(n: number, k: number): number {
  let product = 1;
  for (let i = 1; i <= k; i++) product = (product * (n - k + i)) / i;
  return Math.round(product);
}
