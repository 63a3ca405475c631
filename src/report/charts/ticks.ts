/** The range of an axis, in ascending order, and its ticks. */
export interface AxisRange {
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
}

/** A linear axis that fits the values with a margin. It spans at least `narrowest`, so that noise does not fill the chart. */
export function linearRange(
  values: readonly number[],
  bounds: readonly [number, number],
  narrowest: number,
): AxisRange {
  const [least, most] = extent(values);
  const middle = (least + most) / 2;
  const half = Math.max(1.1 * (most - least), narrowest) / 2;
  const low = Math.max(bounds[0], middle - half);
  const high = Math.min(bounds[1], middle + half);
  return { domain: [low, high], ticks: roundSteps(low, high) };
}

/** A logarithmic axis that fits the values (all positive) with a margin. */
export function logRange(values: readonly number[]): AxisRange {
  const [least, most] = extent(values);
  const margin = Math.max((most / least) ** 0.05, 1.02);
  const [low, high] = [least / margin, most * margin];
  return { domain: [low, high], ticks: high / low >= 2.5 ? roundFactors(low, high) : roundSteps(low, high) };
}

/** Four to eight multiples of 1, 2 or 5 times a power of ten. */
export function roundSteps(low: number, high: number): number[] {
  const rough = (high - low) / 8;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough)!;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => clean((first + i) * step));
}

/** 0.01, 0.02, 0.05, 0.1 ...; more values for about a decade or less, only some powers of ten for many decades. */
function roundFactors(low: number, high: number): number[] {
  const ratio = high / low;
  const factors = ratio > 1e4 ? [1] : ratio > 15 ? [1, 2, 5] : [1, 1.5, 2, 3, 5, 7];
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const stride = Math.ceil((last - first) / 10);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
    .filter((power) => power % stride === 0)
    .flatMap((power) => factors.map((factor) => clean(factor * 10 ** power)))
    .filter((tick) => tick >= low && tick <= high);
}

const clean = (value: number) => Number(value.toPrecision(12));

/** Minimum and maximum of any number of values. `Math.min(...values)` overflows the stack at about 100,000. */
export const extent = (values: readonly number[]) =>
  values.reduce<[number, number]>(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
