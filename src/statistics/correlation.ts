import { sampleCorrelation } from "simple-statistics";

/** Pearson's correlation of two samples of equal length; undefined if one of them does not vary. */
export function correlation(a: readonly number[], b: readonly number[]): number | undefined {
  if (isConstant(a) || isConstant(b)) return undefined;
  return Math.max(-1, Math.min(1, sampleCorrelation([...a], [...b])));
}

const isConstant = (values: readonly number[]) => values.every((value) => value === values[0]);
