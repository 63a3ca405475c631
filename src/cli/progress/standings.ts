import type { PlannedRun } from "../../study/planned-run.js";
import { escapeControls } from "../../system/escape-controls.js";
import { finalEpoch, type RunRecord } from "../../training/run-record.js";
import { countText } from "../../validation/count-text.js";

interface Standing {
  readonly label: string;
  seeds: number;
  finished: number;
  diverged: number;
  /** Of all runs that completed. */
  accuracies: number;
}

/** The table so far: the mean validation accuracy of each arm. */
export class Standings {
  readonly #arms = new Map<string, Standing>();

  constructor(runs: readonly PlannedRun[]) {
    for (const { arm } of runs) {
      const standing = this.#arms.get(arm) ?? {
        ...{ label: escapeControls(arm), seeds: 0, finished: 0, diverged: 0, accuracies: 0 },
      };
      standing.seeds += 1;
      this.#arms.set(arm, standing);
    }
  }

  /** Adds a run that has ended. */
  add({ arm }: PlannedRun, record: RunRecord): void {
    const standing = this.#arms.get(arm)!;
    if (record.status === "cancelled") return;
    standing.finished += 1;
    if (record.status === "diverged") standing.diverged += 1;
    else standing.accuracies += finalEpoch(record)?.validation.accuracy ?? 0;
  }

  /** A line per arm that has a result, the best first. If not all arms have one, or there are too many, the last line counts them. */
  lines(columns: number, rows: number): string[] {
    const ranked = [...this.#arms.values()].filter(({ finished }) => finished > 0).sort(byAccuracy);
    if (ranked.length === 0) return [];
    const shown = ranked.slice(0, this.#arms.size > rows ? Math.max(0, rows - 1) : rows);
    const rest = this.#arms.size - shown.length;
    const seeds = shown.map(seedsText);
    const room = columns - 11 - Math.max(0, ...seeds.map(({ length }) => length)); // 8 for the accuracy, 2 spaces, 1 free column
    const width = Math.max(4, Math.min(room, Math.max(0, ...shown.map(({ label }) => label.length))));
    return [
      ...shown.map((each, i) => `${fitted(each.label, width)} ${accuracyText(each).padEnd(8)} ${seeds[i]}`),
      ...(rest > 0 ? [`and ${countText(rest, "more arm")}`] : []),
    ];
  }
}

const completed = ({ finished, diverged }: Standing) => finished - diverged;

/** Arms that always diverged are last. */
const byAccuracy = (a: Standing, b: Standing): number =>
  (completed(b) === 0 ? -1 : b.accuracies / completed(b)) -
  (completed(a) === 0 ? -1 : a.accuracies / completed(a));

const accuracyText = (standing: Standing): string =>
  completed(standing) === 0 ? "diverged" : (standing.accuracies / completed(standing)).toFixed(4);

const seedsText = ({ finished, seeds, diverged }: Standing): string =>
  `${finished}/${countText(seeds, "seed")}${diverged > 0 && diverged < finished ? `, ${diverged} diverged` : ""}`;

/** Text of exactly so many characters. */
export const fitted = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
