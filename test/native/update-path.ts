import { afterEach } from "vitest";
import { runUpdate } from "../../src/native/run-update.js";
import { noise } from "./noise.js";

type RunUpdate = typeof runUpdate;
export type Update = Parameters<RunUpdate>[0];
export type Shapes = readonly (readonly number[])[];

const asked = process.env.OPTIMBENCH_KERNELS;
afterEach(() => {
  if (asked === undefined) delete process.env.OPTIMBENCH_KERNELS;
  else process.env.OPTIMBENCH_KERNELS = asked;
});

const vectors = new Map<string, Float32Array>();
/** Numbers from -1 to 1. */
function random(count: number, seed: number): Float32Array {
  const key = `${count} ${seed}`;
  const found = vectors.get(key) ?? Float32Array.from(noise(count, seed), (x) => 2 * x - 1);
  vectors.set(key, found);
  return found;
}

/** Theta after three steps, with the kernels of an instruction set or, for "reference", with libtorch's operators. */
export function path(
  update: Update,
  kernels: string,
  shapes: Shapes,
  options: Omit<NonNullable<Parameters<RunUpdate>[3]>, "shapes"> = {},
) {
  process.env.OPTIMBENCH_KERNELS = kernels;
  const count = shapes.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b), 0);
  const steps = [1, 2, 3].map((seed) => ({ gradient: random(count, seed), learningRate: 0.01 }));
  return runUpdate(update, random(count, 0), steps, { shapes, ...options });
}
