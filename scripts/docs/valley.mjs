import { isSelective } from "../../dist/formula/plan-update.js";
import { runUpdate } from "../../dist/native/run-update.js";
import { resolveOptimizer, updateGraph } from "../../dist/optimizers/optimizers.js";

/** @typedef {import("../../src/catalogue/semantics.js").Source} Source */
/** @typedef {readonly [number, number]} Point */

/** A valley 20 times as steep across as along: f(x, y) = (x^2 + 20 y^2) / 2. */
export const STEEPNESS = 20;
/** @type {Point} */
export const START = [-4, 1.2];
export const STEPS = 30;

/** @type {(point: Point) => number} */
export const height = ([x, y]) => (x ** 2 + STEEPNESS * y ** 2) / 2;
const slope = ([x, y]) => [x, STEEPNESS * y];

/** The candidate learning rates: 1, 2 or 5 times a power of ten. */
const RATES = [-4, -3, -2, -1, 0, 1, 2].flatMap((power) =>
  [1, 2, 5].map((digit) => Number(`${digit}e${power}`)),
);

/**
 * The path of an optimizer down the valley, computed natively with the defaults of `source`, from START in STEPS steps.
 *
 * @param {string} name
 * @param {Source} source
 * @param {number} learningRate
 */
export function valleyPath(name, source, learningRate) {
  const config = { name, semantics: source, learningRate };
  const update = updateGraph(resolveOptimizer(config, "keras3"));
  return descend(update, { start: START, slope, learningRate, steps: STEPS });
}

/** Surrounds a layer with two constant layers, since some optimizers treat only hidden layers as matrices. */
const BETWEEN = [
  [1, 1],
  [1, 2],
  [1, 1],
];

/**
 * The points of an update's path, from the start until a point is not finite. If the update treats matrices differently, a point
 * is the 1 x 2 weights of a layer.
 *
 * @param {import("../../dist/formula/graph.js").UpdateGraph} update
 * @param {{ start: Point, slope: (point: Point) => Point, learningRate: number, steps: number }} descent
 * @returns {Point[]}
 */
export function descend(update, { start, slope, learningRate, steps }) {
  const isMatrix = update.blocks.some(({ on }) => isSelective(on));
  const vector = ([x, y], ends) => Float64Array.from(isMatrix ? [ends, x, y, ends] : [x, y]);
  const shapes = isMatrix ? BETWEEN : [[2]];
  const path = [start];
  const given = [];
  for (let step = 0; step < steps; step++) {
    // An update cannot be paused, so each point is computed from the start again, which is fast here.
    given.push({ gradient: vector(slope(path.at(-1)), 0), learningRate });
    const theta = runUpdate(update, vector(start, 1), given, { shapes }).at(-1);
    const [x, y] = isMatrix ? theta.subarray(1) : theta;
    if (!Number.isFinite(x + y)) break;
    path.push([x, y]);
  }
  return path;
}

/**
 * The learning rate with the lowest mean height over the last eight points, among those that never exceed 1.5 times the initial
 * height.
 *
 * @param {string} name
 * @param {Source} source
 */
export function bestRate(name, source) {
  const costs = RATES.map((rate) => {
    const heights = valleyPath(name, source, rate).map(height);
    const stays = heights.length > STEPS && Math.max(...heights) <= 1.5 * heights[0];
    const end = heights.slice(-8);
    return stays ? end.reduce((sum, each) => sum + each, 0) : Infinity;
  });
  return RATES[costs.indexOf(Math.min(...costs))];
}
