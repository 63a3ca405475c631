/**
 * Direction numbers of the dimensions after the first (Joe & Kuo 2008, new-joe-kuo-6.21201): degree and coefficients of the
 * primitive polynomial, and the initial numbers.
 */
const DIRECTIONS = [
  { degree: 1, coefficients: 0, initial: [1] },
  { degree: 2, coefficients: 1, initial: [1, 3] },
  { degree: 3, coefficients: 1, initial: [1, 3, 1] },
  { degree: 3, coefficients: 2, initial: [1, 1, 1] },
  { degree: 4, coefficients: 1, initial: [1, 1, 3, 3] },
  { degree: 4, coefficients: 4, initial: [1, 3, 5, 13] },
  { degree: 5, coefficients: 2, initial: [1, 1, 5, 5, 17] },
] as const;

export const MOST_DIMENSIONS = DIRECTIONS.length + 1;

const BITS = 32;

/**
 * The n-th point of the Sobol sequence in [0, 1)^dimensions, in the order of Gray codes, as SciPy's `qmc.Sobol` has it. No npm
 * package with the sequence is maintained.
 *
 * @param shifts a number per dimension whose bits flip those of the point: a digital shift, which keeps the sequence even
 */
export function sobolPoint(n: number, shifts: readonly number[]): number[] {
  const gray = n ^ (n >>> 1);
  return shifts.map((shift, dimension) => {
    const directions = directionsOf(dimension);
    let bits = shift;
    for (let i = 0; i < BITS; i++) if ((gray >>> i) & 1) bits ^= directions[i]!;
    return (bits >>> 0) / 2 ** BITS;
  });
}

/** The direction numbers of a dimension, each shifted to the top of 32 bits. */
function directionsOf(dimension: number): readonly number[] {
  const known = DIRECTIONS[dimension - 1];
  const directions: number[] = [];
  for (let i = 0; i < BITS; i++) {
    if (known === undefined) directions.push(1 << (BITS - 1 - i));
    else if (i < known.degree) directions.push(known.initial[i]! << (BITS - 1 - i));
    else directions.push(nextDirection(directions, i, known));
  }
  return directions;
}

function nextDirection(
  directions: readonly number[],
  i: number,
  { degree, coefficients }: (typeof DIRECTIONS)[number],
): number {
  let next = directions[i - degree]! ^ (directions[i - degree]! >>> degree);
  for (let k = 1; k < degree; k++) if ((coefficients >>> (degree - 1 - k)) & 1) next ^= directions[i - k]!;
  return next;
}
