import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Layer } from "../../src/models/layers.js";
import { CLASSES, difference, type KernelSettings, largest, runKernels } from "./kernel-run.js";

afterEach(() => void vi.unstubAllEnvs());

const run = (layers: readonly Layer[], image: readonly [number, number], settings: KernelSettings) =>
  runKernels(layers, [1, ...image], settings);

const dense = fc.record({
  units: fc.integer({ min: 170, max: 400 }), // wide for 400 inputs
  useBias: fc.boolean(),
  activation: fc.constantFrom("relu" as const, "tanh" as const, undefined),
});
const net = fc.record({
  image: fc.tuple(fc.integer({ min: 20, max: 24 }), fc.integer({ min: 20, max: 24 })),
  // Without a layer before, the input needs no gradient.
  before: fc.constantFrom<Layer[]>([], [{ type: "conv2d", filters: 1, kernelSize: 1 }]),
  wide: fc.array(dense, { minLength: 1, maxLength: 2 }),
});
type Net = typeof net extends fc.Arbitrary<infer Value> ? Value : never;

const layersOf = ({ before, wide }: Net): Layer[] => [
  ...before,
  { type: "flatten" },
  ...wide.map((each) => ({ type: "dense" as const, ...each })),
  { type: "dense", units: CLASSES },
];

async function checkAgainstReference(each: Net, settings: KernelSettings & { readonly count: number }) {
  const ours = await run(layersOf(each), each.image, settings);
  const theirs = await run(layersOf(each), each.image, { ...settings, kernels: "reference" });
  // A sum of n float32 terms has an error of about 2^-24 sqrt(n), and a gradient is a chain of six sums, of which that of the
  // convolution's bias, over all pixels of all images, is the longest.
  const pixels = each.image[0] * each.image[1] * settings.count;
  const rounding = 12 * 2 ** -24 * Math.sqrt(pixels);
  expect(difference(ours.probabilities, theirs.probabilities)).toBeLessThan(rounding);
  for (const [i, { name, values }] of theirs.gradients.entries()) {
    const size = Math.max(largest(values), 0.1); // the gradient of the convolution is a sum that cancels out
    expect(difference(ours.gradients[i]!.values, values), name).toBeLessThan(rounding * size);
  }
}

describe.each(["avx512", "avx2", "baseline"])("dense kernels for %s", (kernels) => {
  it("agree with libtorch's operators, as do their gradients", () =>
    fc.assert(
      fc.asyncProperty(
        net,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        (each, count, microBatch) => checkAgainstReference(each, { kernels, count, microBatch }),
      ),
      { numRuns: 20 },
    ));
});

const mlp: Net = {
  image: [20, 20],
  before: [],
  wide: [
    { units: 200, useBias: true, activation: "relu" },
    { units: 340, useBias: true, activation: undefined },
  ],
};

it("agree if a batch has more micro-batches than are computed at once", () =>
  checkAgainstReference(mlp, { count: 150, microBatch: 1 }));

it("agree beside layers that need the whole batch", async () => {
  const layers = layersOf(mlp);
  const normalised: Layer[] = [
    { type: "conv2d", filters: 2, kernelSize: 1, useBias: false }, // whose gradient would be 0
    { type: "batchNorm2d" },
    ...layers,
  ];
  const settings = { count: 9, microBatch: 2 };
  const ours = await run(normalised, mlp.image, settings);
  const theirs = await run(normalised, mlp.image, { ...settings, kernels: "reference" });
  for (const [i, { name, values }] of theirs.gradients.entries())
    expect(difference(ours.gradients[i]!.values, values), name).toBeLessThan(1e-4 * largest(values) + 1e-6);
});

it("give the same bits for any number of threads", async () => {
  const [one, ...others] = await Promise.all(
    [1, 2, 3, 20].map((threads) => run(layersOf(mlp), mlp.image, { threads, count: 75, microBatch: 1 })),
  );
  for (const other of others) expect(other).toEqual(one);
});

it("compute wide layers only, with the ReLU after them", async () => {
  const names = async (units: number, activation?: "relu" | "tanh") => {
    const wide = { units, useBias: true, activation };
    return (await run(layersOf({ ...mlp, wide: [wide] }), mlp.image, {})).layers.slice(1, -1);
  };
  expect(await names(164, "relu")).toEqual(["dense_0, dense_0.activation"]); // 65,600 weights
  expect(await names(163, "relu")).toEqual(["dense_0", "dense_0.activation"]);
  expect(await names(164, "tanh")).toEqual(["dense_0", "dense_0.activation"]);
  expect(await names(164)).toEqual(["dense_0"]);
});
