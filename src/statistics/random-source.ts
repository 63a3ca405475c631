/** A source of uniform 32-bit integers. */
export type RandomSource = () => number;
