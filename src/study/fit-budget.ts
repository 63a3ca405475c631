/** The time of a run of an arm, in seconds. */
export interface ArmTime {
  /** Epochs that were asked for. */
  readonly epochs: number;
  /** Everything but its epochs. */
  readonly start: number;
  readonly epoch: number;
}

/** What can be cut. */
export interface Extent {
  readonly seeds: number;
  /** Seeds are cut by so many. */
  readonly seedsPerRound: number;
  readonly leastSeeds: number;
  /** Number of runs at the same time. */
  readonly atOnce: number;
}

/** Seeds and epochs that a budget allows. */
export interface Fit {
  readonly seeds: number;
  /** Per arm. */
  readonly epochs: readonly number[];
  readonly seconds: number;
}

/**
 * The largest study that ends in time. Seeds are cut first, since fewer seeds ask the same question; then epochs, of all arms by
 * the same share. No arm has less than one epoch, and arms that differ in epochs still do.
 *
 * @returns the smallest study if none ends in time
 */
export function fitBudget(arms: readonly ArmTime[], extent: Extent, seconds: number): Fit {
  const { seeds, seedsPerRound, leastSeeds, atOnce } = extent;
  const fitOf = (count: number, epochs: readonly number[]): Fit => {
    const perSeed = arms.reduce((sum, { start, epoch }, i) => sum + start + epochs[i]! * epoch, 0);
    const used = Math.min(atOnce, count * arms.length);
    return { seeds: count, epochs, seconds: (count * perSeed) / used };
  };
  const asked = arms.map(({ epochs }) => epochs);
  let fit = fitOf(seeds, asked);
  for (let count = seeds; fit.seconds > seconds && count - seedsPerRound >= leastSeeds; ) {
    count -= seedsPerRound;
    fit = fitOf(count, asked);
  }
  const most = Math.max(...asked);
  for (let kept = most - 1; fit.seconds > seconds && kept >= 1; kept--) {
    const epochs = asked.map((each) => Math.floor((each * kept) / most));
    if (isValid(epochs, asked)) fit = fitOf(fit.seeds, epochs);
  }
  return fit;
}

const isValid = (epochs: readonly number[], asked: readonly number[]): boolean =>
  epochs.every((each, i) => each >= Math.min(1, asked[i]!)) && new Set(epochs).size === new Set(asked).size;
