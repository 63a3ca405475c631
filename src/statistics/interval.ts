/** A range of values with both ends. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}
