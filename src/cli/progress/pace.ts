import type { EpochRecord } from "../../history/epoch-record.js";
import type { PlannedRun } from "../../study/planned-run.js";
import type { RunRecord } from "../../training/run-record.js";

/** What is known about the runs of an arm. */
interface Arm {
  readonly epochs: number;
  /** Measured epochs, and their seconds. */
  measured: number;
  seconds: number;
  runs: number;
  /** Runs that have not ended, anywhere. */
  left: number;
  /** Runs that have ended since the first epoch. */
  ended: number;
}

/**
 * How far a study is, and how long the rest takes. Arms count by the time that their epochs take. What other processes finish in the
 * meantime counts as well, what was finished before does not affect the pace.
 */
export class Pace {
  readonly #now: () => number;
  readonly #arms = new Map<string, Arm>();
  readonly #left = new Set<number>();
  /** The finished share of each run in progress. */
  readonly #shares = new Map<number, { readonly arm: Arm; readonly share: number }>();
  #start: number | undefined;
  #estimate: { readonly at: number; readonly seconds: number } | undefined;

  /** @param now a clock in seconds */
  constructor(runs: readonly PlannedRun[], now = () => performance.now() / 1000) {
    this.#now = now;
    for (const { arm: label, number, config } of runs) {
      const arm = this.#arms.get(label) ?? { epochs: config.epochs, measured: 0, seconds: 0, ...NONE };
      arm.runs += 1;
      arm.left += 1;
      this.#arms.set(label, arm);
      this.#left.add(number);
    }
  }

  onEpoch({ epoch, seconds }: EpochRecord, { arm: label, number, config }: PlannedRun): void {
    this.#start ??= this.#now();
    const arm = this.#arms.get(label)!;
    if (epoch > 0) measure(arm, seconds);
    this.#shares.set(number, { arm, share: epoch / Math.max(1, config.epochs) });
    this.#update();
  }

  /** A run that has ended here or elsewhere, or, without a record, does not concern this process. */
  onEnd({ arm: label, number }: PlannedRun, record?: RunRecord): void {
    if (!this.#left.delete(number)) return;
    const arm = this.#arms.get(label)!;
    arm.left -= 1;
    if (record === undefined) arm.runs -= 1;
    else if (this.#start !== undefined) arm.ended += 1;
    if (record !== undefined && !this.#shares.has(number))
      for (const { epoch, seconds } of record.history) if (epoch > 0) measure(arm, seconds);
    this.#shares.delete(number);
    this.#update();
  }

  /** The finished share of the study, from 0 to 1. */
  get progress(): number {
    const whole = this.#work(({ runs }) => runs);
    return whole === 0 ? 1 : 1 - this.#workLeft() / whole;
  }

  /** Undefined before it can be estimated. */
  get secondsLeft(): number | undefined {
    if (this.#estimate === undefined) return undefined;
    return Math.max(0, this.#estimate.seconds - (this.#now() - this.#estimate.at));
  }

  #update(): void {
    if (this.#start === undefined) return;
    const done = this.#work(({ ended }) => ended) + this.#workInProgress();
    if (done === 0) return;
    const at = this.#now();
    this.#estimate = { at, seconds: ((at - this.#start) * this.#workLeft()) / done };
  }

  #workLeft(): number {
    return this.#work(({ left }) => left) - this.#workInProgress();
  }

  /** The seconds of so many runs of each arm. */
  #work(count: (arm: Arm) => number): number {
    const mean = this.#secondsPerEpoch();
    return [...this.#arms.values()].reduce((sum, arm) => sum + count(arm) * secondsOf(arm, mean), 0);
  }

  #workInProgress(): number {
    const mean = this.#secondsPerEpoch();
    return [...this.#shares.values()].reduce((sum, { arm, share }) => sum + share * secondsOf(arm, mean), 0);
  }

  /** The mean of all arms, for those of which nothing is known; 1 if nothing is known at all. */
  #secondsPerEpoch(): number {
    const known = [...this.#arms.values()].filter(({ measured }) => measured > 0);
    const total = known.reduce((sum, { seconds, measured }) => sum + seconds / measured, 0);
    return total > 0 ? total / known.length : 1;
  }
}

const NONE = { runs: 0, left: 0, ended: 0 };

function measure(arm: Arm, { train, evaluate }: EpochRecord["seconds"]): void {
  arm.measured += 1;
  arm.seconds += train + evaluate;
}

/** The seconds of a run. */
const secondsOf = ({ epochs, measured, seconds }: Arm, mean: number): number =>
  Math.max(1, epochs) * (seconds > 0 ? seconds / measured : mean);
