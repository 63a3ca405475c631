/** A number without rounding errors of arithmetic: "0.01995" for 0.019950000000000002. */
export const decimalText = (value: number): string => String(Number(value.toPrecision(15)));

/** Numbers with as few digits as distinguish them, but at least four. */
export function decimalTexts(values: readonly number[]): string[] {
  const different = new Set(values).size;
  for (let digits = 4; digits <= 17; digits++) {
    const texts = values.map((value) => String(Number(value.toPrecision(digits))));
    if (new Set(texts).size === different) return texts;
  }
  return values.map(String);
}
