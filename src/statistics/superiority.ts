/** The share of pairs (a, b) in which `a` is larger; equal ones count half (Vargha and Delaney's A, 2000). */
export function probabilityOfSuperiority(a: readonly number[], b: readonly number[]): number {
  const wins = a.reduce(
    (sum, x) => sum + b.reduce((inner, y) => inner + (x > y ? 1 : x === y ? 0.5 : 0), 0),
    0,
  );
  return wins / (a.length * b.length);
}
