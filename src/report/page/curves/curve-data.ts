/** What a figure of curves shows, as plain data for the page's script. */
export interface CurveData {
  readonly metrics: readonly CurveMetric[];
  /** By descending validation accuracy. */
  readonly arms: readonly ArmCurves[];
  /** How many arms are in colour at first; the others are grey. */
  readonly coloured: number;
}

export interface CurveMetric {
  readonly title: string;
  readonly scale: "accuracy" | "loss";
  /** The value of the best arm at the end, which gets a tick. */
  readonly best?: number;
}

export interface ArmCurves {
  readonly label: string;
  /** The number of its colour. */
  readonly colour: number;
  readonly stepsAnEpoch: number;
  readonly seeds: number;
  readonly lines: readonly CurveLine[];
}

/** A mean over seeds with a band, or one run that ended early. All lists are as long as `epochs`. */
export interface CurveLine {
  /** The place of its metric. */
  readonly metric: number;
  readonly isMean: boolean;
  readonly ended: "completed" | "diverged" | "cancelled";
  readonly epochs: readonly number[];
  readonly seconds: readonly number[];
  readonly values: readonly number[];
  /** The lowest and the highest seed, if they differ. */
  readonly low?: readonly number[];
  readonly high?: readonly number[];
}
