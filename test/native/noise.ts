/** Numbers in [0, 1), the same as in test/golden/training.py: x <- 1664525 x + 1013904223 mod 2^32 (Numerical Recipes). */
export function noise(count: number, seed: number): Float64Array {
  let x = seed;
  return Float64Array.from({ length: count }, () => {
    x = (Math.imul(1664525, x) + 1013904223) >>> 0;
    return x / 2 ** 32;
  });
}
