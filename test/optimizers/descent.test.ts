import { expect, it } from "vitest";
import { descend } from "../../scripts/docs/valley.mjs";
import type { Source } from "../../src/catalogue/semantics.js";
import {
  OPTIMIZER_NAMES,
  OPTIMIZERS,
  type OptimizerConfig,
  resolveOptimizer,
  updateGraph,
} from "../../src/optimizers/optimizers.js";

type Point = readonly [number, number];

const QUADRATIC = {
  start: [-4, 1.2] as Point,
  value: ([x, y]: Point) => (x ** 2 + 20 * y ** 2) / 2,
  gradient: ([x, y]: Point) => [x, 20 * y] as Point,
};
const ROSENBROCK = {
  start: [-1.2, 1] as Point,
  value: ([x, y]: Point) => (1 - x) ** 2 + 100 * (y - x ** 2) ** 2,
  gradient: ([x, y]: Point) => [-2 * (1 - x) - 400 * x * (y - x ** 2), 200 * (y - x ** 2)] as Point,
};
const RATES = [-4, -3, -2, -1, 0, 1, 2].flatMap((power) => [1, 3].map((digit) => digit * 10 ** power));
const STEPS = 30;

/** The value of a function after STEPS steps with the optimizer's best learning rate. */
function lowest(name: string, source: Source, { start, value, gradient }: typeof QUADRATIC): number {
  const update = updateGraph(resolveOptimizer({ name, semantics: source } as OptimizerConfig, "keras3"));
  const ends = RATES.map((learningRate) => {
    const path = descend(update, { start, slope: gradient, learningRate, steps: STEPS });
    return path.length > STEPS ? value(path.at(-1)!) : Infinity;
  });
  return Math.min(...ends);
}

const all = OPTIMIZER_NAMES.flatMap((name) =>
  (Object.keys(OPTIMIZERS[name].defaults) as Source[]).map((source) => [source, name] as const),
);

it.each(all)("%s %s minimises a quadratic and Rosenbrock's valley", (source, name) => {
  expect(lowest(name, source, QUADRATIC)).toBeLessThan(0.15 * QUADRATIC.value(QUADRATIC.start));
  expect(lowest(name, source, ROSENBROCK)).toBeLessThan(0.25 * ROSENBROCK.value(ROSENBROCK.start));
});
