import type { RandomSource } from "./random-source.js";

/** Two arms, as indices. */
export interface ArmPair {
  readonly a: number;
  readonly b: number;
}

/** About the number of permutations, if all are more. */
const MOST_PERMUTATIONS = 10_000;

/**
 * The differences of pairs of arms under permutations that exchange the values of a pair within each round. Kept are two sums per
 * arm and permutation, its values' signed as those of a pair's first arm and as those of the second: a pair's difference is the
 * sum of two. As many of the first rounds as possible are enumerated: each choice of half of a pair's values is as frequent as any
 * other. In later rounds, choices are random.
 */
export class PermutedSums {
  /** The number of permutations before any was removed. */
  readonly total: number;
  readonly #arms: number;
  readonly #perRound: number;
  readonly #random: RandomSource;
  /** Every choice of half of a pair's values, unless they are too many. */
  readonly #choices: readonly Uint8Array[] | undefined;
  readonly #enumeratedRounds: number;
  #rounds = 0;
  /** The number of each permutation that is left. Number 0 leaves everything in place. */
  #numbers: Float64Array;
  /** Per permutation, a sum per arm. */
  #first: Float64Array;
  #second: Float64Array;

  /** @param random for permutations that are too many to enumerate */
  constructor(
    arms: number,
    { perRound, rounds }: { readonly perRound: number; readonly rounds: number },
    random: RandomSource,
  ) {
    const choices = choicesOfHalf(perRound);
    const enumerable = Math.floor(Math.log(MOST_PERMUTATIONS) / Math.log(choices));
    this.#arms = arms;
    this.#perRound = perRound;
    this.#random = random;
    this.#choices = enumerable > 0 ? combinations(perRound) : undefined;
    this.#enumeratedRounds = Math.min(enumerable, rounds);
    const enumerated = choices ** this.#enumeratedRounds;
    const repetitions = enumerable < rounds ? Math.floor(MOST_PERMUTATIONS / enumerated) : 1;
    this.total = repetitions * enumerated;
    this.#numbers = Float64Array.from({ length: this.total }, (_, i) => i);
    this.#first = new Float64Array(this.total * arms);
    this.#second = new Float64Array(this.total * arms);
  }

  /** The number of permutations that were not removed. */
  get count(): number {
    return this.#numbers.length;
  }

  /** Adds a round of values, one list per arm. */
  add(values: readonly (readonly number[])[]): void {
    const choices = this.#choices ?? this.#drawn();
    const [first, second] = this.#sumsOf(values, choices);
    for (let i = 0; i < this.count; i++) {
      const choice = this.#choices === undefined ? i : this.#choiceOf(this.#numbers[i]!, choices.length);
      const [to, from] = [i * this.#arms, choice * this.#arms];
      for (let arm = 0; arm < this.#arms; arm++) {
        this.#first[to + arm]! += first[from + arm]!;
        this.#second[to + arm]! += second[from + arm]!;
      }
    }
    this.#rounds++;
  }

  /** The next round's choice of a permutation: a digit of its number, or a random one. */
  #choiceOf(number: number, choices: number): number {
    if (this.#rounds < this.#enumeratedRounds) return Math.floor(number / choices ** this.#rounds) % choices;
    return number === 0 ? 0 : this.#below(choices);
  }

  /** The difference between the sums of a pair. */
  difference({ a, b }: ArmPair, permutation = 0): number {
    const start = permutation * this.#arms;
    return this.#first[start + a]! + this.#second[start + b]!;
  }

  /** Per permutation, the largest absolute difference of the pairs. */
  largest(pairs: readonly ArmPair[]): Float64Array {
    const largest = new Float64Array(this.count);
    for (const { a, b } of pairs)
      for (let i = 0, start = 0; i < largest.length; i++, start += this.#arms) {
        const size = Math.abs(this.#first[start + a]! + this.#second[start + b]!);
        if (size > largest[i]!) largest[i] = size;
      }
    return largest;
  }

  /** Removes the permutations whose `sizes` are above a limit. */
  remove(sizes: Float64Array, limit: number): void {
    this.#numbers = rowsWithin(this.#numbers, sizes, limit);
    this.#first = rowsWithin(this.#first, sizes, limit);
    this.#second = rowsWithin(this.#second, sizes, limit);
  }

  /** The sums that each choice of half of the values gives. */
  #sumsOf(
    values: readonly (readonly number[])[],
    choices: readonly Uint8Array[],
  ): [Float64Array, Float64Array] {
    const signed = (from: number) => {
      const sums = new Float64Array(choices.length * this.#arms);
      for (const [c, chosen] of choices.entries())
        for (const [arm, each] of values.entries()) {
          let sum = 0;
          for (let i = 0; i < this.#perRound; i++) sum += chosen[from + i] === 1 ? each[i]! : -each[i]!;
          sums[c * this.#arms + arm] = sum;
        }
      return sums;
    };
    return [signed(0), signed(this.#perRound)];
  }

  /** A random choice per permutation, and none in the first one. */
  #drawn(): Uint8Array[] {
    return Array.from(this.#numbers, (_, i) => (i === 0 ? identity(this.#perRound) : this.#choice()));
  }

  /** A random choice of half of the values (selection sampling: each value with the chance that is left). */
  #choice(): Uint8Array {
    const half = this.#perRound;
    const chosen = new Uint8Array(2 * half);
    for (let i = 0, left = half; left > 0; i++) {
      if (this.#below(2 * half - i) >= left) continue;
      chosen[i] = 1;
      left--;
    }
    return chosen;
  }

  #below = (bound: number) => Math.floor((this.#random() / 2 ** 32) * bound);
}

/** The rows whose `sizes` are at most `limit`. */
function rowsWithin(rows: Float64Array, sizes: Float64Array, limit: number): Float64Array {
  const width = rows.length / sizes.length;
  let to = 0;
  for (let row = 0; row < sizes.length; row++)
    if (sizes[row]! <= limit) for (let i = 0; i < width; i++) rows[to++] = rows[row * width + i]!;
  return rows.slice(0, to);
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

/** The number of choices of half of a pair's values. */
export function choicesOfHalf(half: number): number {
  let product = 1;
  for (let i = 1; i <= half; i++) product = (product * (half + i)) / i;
  return Math.round(product);
}
