/** Makes each thing once, for the arms of a study that have it in common. What it is made from is compared by content. */
export class Once {
  readonly #made = new Map<string, unknown>();
  readonly #numbers = new Map<string, number>();
  readonly #known = new WeakMap<object, number>();

  /** @param parts everything that the result depends on: plain data */
  of<Made>(what: string, parts: readonly unknown[], make: () => Made): Made {
    const key = `${what} ${parts.map((part) => this.numberOf(part)).join(" ")}`;
    if (!this.#made.has(key)) this.#made.set(key, make());
    return this.#made.get(key) as Made;
  }

  /** Equal plain data has the same number. */
  numberOf(part: unknown): number {
    if (typeof part !== "object" || part === null) return this.#numberOfText(String(JSON.stringify(part)));
    const known = this.#known.get(part);
    if (known !== undefined) return known;
    const number = this.#numberOfText(JSON.stringify(part));
    this.#known.set(part, number);
    return number;
  }

  #numberOfText(text: string): number {
    const number = this.#numbers.get(text) ?? this.#numbers.size;
    this.#numbers.set(text, number);
    return number;
  }
}
