import type { Source } from "../config/semantics.js";
import { loadNative } from "../native.js";
import { type OptimizerConfig, resolveOptimizer, updateGraph } from "../optimizers/optimizers.js";

/** A valley 20 times as steep across as along: f(x, y) = (x^2 + 20 y^2) / 2. */
export const STEEPNESS = 20;
export const START = [-4, 1.2] as const;
export const STEPS = 30;

type Point = readonly [number, number];

export const height = ([x, y]: Point) => (x ** 2 + STEEPNESS * y ** 2) / 2;
const slope = ([x, y]: Point) => [x, STEEPNESS * y] as const;

/** From what rates one is chosen: 1, 2 or 5 times a power of ten. */
const RATES = [-4, -3, -2, -1, 0, 1, 2].flatMap((power) =>
  [1, 2, 5].map((digit) => Number(`${digit}e${power}`)),
);

/** The path that an optimizer takes down the valley, run natively with the defaults of `source`, from START in STEPS steps. */
export function valleyPath(name: string, source: Source, learningRate: number): Point[] {
  const config = { name, semantics: source, learningRate } as OptimizerConfig;
  const update = updateGraph(resolveOptimizer(config, "keras3"));
  const path: Point[] = [START];
  const steps: { gradient: Float64Array; learningRate: number }[] = [];
  for (let step = 0; step < STEPS; step++) {
    // An update cannot be paused, so each point is reached from the start again, which here takes no time.
    steps.push({ gradient: Float64Array.from(slope(path.at(-1)!)), learningRate });
    const [x, y] = loadNative().runUpdate(update, Float64Array.from(START), steps).at(-1)!;
    if (!Number.isFinite(x! + y!)) break;
    path.push([x!, y!]);
  }
  return path;
}

/** The rate that brings it lowest over the path's last eight points, and does not climb above the start. */
export function bestRate(name: string, source: Source): number {
  const costs = RATES.map((rate) => {
    const heights = valleyPath(name, source, rate).map(height);
    const stays = heights.length > STEPS && Math.max(...heights) <= 1.5 * heights[0]!;
    const end = heights.slice(-8);
    return stays ? end.reduce((sum, each) => sum + each, 0) : Infinity;
  });
  return RATES[costs.indexOf(Math.min(...costs))]!;
}
