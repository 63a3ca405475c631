const MILLISECONDS_PER_MINUTE = 60_000;
const REMEMBERED = 5 * MILLISECONDS_PER_MINUTE;

/** Cells that finished in the last five minutes, by study. */
export class Rates {
  readonly #start = performance.now();
  readonly #times: { readonly study: string; readonly at: number }[] = [];

  add(study: string): void {
    this.#times.push({ study, at: performance.now() });
  }

  /** Cells per minute, by study. */
  perMinute(): Record<string, number> {
    const now = performance.now();
    while (this.#times[0] !== undefined && now - this.#times[0].at > REMEMBERED) this.#times.shift();
    const minutes = Math.min(REMEMBERED, Math.max(now - this.#start, 1000)) / MILLISECONDS_PER_MINUTE;
    const counts: Record<string, number> = {};
    for (const { study } of this.#times) counts[study] = (counts[study] ?? 0) + 1;
    return Object.fromEntries(Object.entries(counts).map(([study, count]) => [study, count / minutes]));
  }
}
