import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Layer } from "../../src/models/layers.js";
import { ACTIVATIONS, type Shape } from "../../src/models/native-layer.js";
import { CLASSES, difference, type KernelSettings, largest, runKernels } from "./kernel-run.js";

afterEach(() => void vi.unstubAllEnvs());

/** A convolution, so that gradients have something to reach, an activation and pooling by means. */
const net = fc.record({
  image: fc.tuple(fc.integer({ min: 4, max: 13 }), fc.integer({ min: 4, max: 13 })),
  filters: fc.constantFrom(1, 3, 6, 8, 16, 21, 33),
  activation: fc.constantFrom(...ACTIVATIONS),
  poolSize: fc.constantFrom<[number, number]>([2, 2], [1, 2], [3, 2], [4, 1], [3, 3]),
  poolFirst: fc.boolean(),
  count: fc.integer({ min: 1, max: 7 }),
});
type Net = typeof net extends fc.Arbitrary<infer Value> ? Value : never;

function layersOf({ filters, activation, poolSize, poolFirst }: Net): Layer[] {
  const after: Layer[] = [
    { type: "activation", activation },
    { type: "averagePool2d", poolSize },
  ];
  return [
    { type: "conv2d", filters, kernelSize: 3, padding: "same" },
    ...(poolFirst ? after.reverse() : after),
    { type: "flatten" },
    { type: "dense", units: CLASSES },
  ];
}

async function checkAgainstReference(each: Net, settings: KernelSettings) {
  const input: Shape = [2, ...each.image];
  const ours = await runKernels(layersOf(each), input, settings);
  const theirs = await runKernels(layersOf(each), input, { ...settings, kernels: "reference" });
  // Activations differ by a few units in the last place, and a sum of n terms by 2^-24 sqrt(n).
  const rounding = 16 * 2 ** -24 * Math.sqrt(Math.max(each.image[0] * each.image[1] * each.count, 100));
  expect(difference(ours.probabilities, theirs.probabilities)).toBeLessThan(rounding);
  for (const [i, { name, values }] of theirs.gradients.entries()) {
    const size = Math.max(largest(values), 0.01); // a single value may be a sum that cancels out
    expect(difference(ours.gradients[i]!.values, values), name).toBeLessThan(rounding * size);
  }
}

describe.each(["avx512", "avx2", "baseline"])("activations and pooling by means for %s", (kernels) => {
  it("agree with libtorch's operators, as do their gradients", () =>
    fc.assert(
      fc.asyncProperty(net, (each) => checkAgainstReference(each, { kernels, count: each.count })),
      { numRuns: 40 },
    ));
});

it("give the same bits for any number of threads", async () => {
  const layers = layersOf({
    ...{ image: [10, 10], filters: 6, activation: "tanh", poolSize: [2, 2] },
    ...{ poolFirst: false, count: 7 },
  });
  const [one, ...others] = await Promise.all(
    [1, 2, 3].map((threads) => runKernels(layers, [1, 10, 10], { threads, microBatch: 1 })),
  );
  for (const other of others) expect(other).toEqual(one);
});
