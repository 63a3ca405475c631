const [ZERO, NINE, PLUS, POINT] = [48, 57, 43, 46] as const;

/**
 * The number that a text says in decimal digits, such as "12", "-0.5", ".5" or "1e-3"; NaN for any other text, also for what only
 * JavaScript reads as a number: "0x10", "Infinity", "" and spaces. A regular expression would take several times as long, and files
 * have many millions of values.
 */
export function decimalNumber(text: string): number {
  const first = text.charCodeAt(0);
  const last = text.charCodeAt(text.length - 1);
  const begins = first >= PLUS && first <= NINE; // a digit, sign or point; Number rejects the others
  const ends = (last >= ZERO && last <= NINE) || last === POINT;
  const isOtherBase = first === ZERO && /^0[box]/i.test(text);
  return begins && ends && !isOtherBase ? Number(text) : Number.NaN;
}
