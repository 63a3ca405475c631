import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Layer } from "../../src/models/layers.js";
import type { Shape } from "../../src/models/native-layer.js";
import { CLASSES, difference, largest, runKernels } from "./kernel-run.js";

const COUNT = 6;

afterEach(() => void vi.unstubAllEnvs());

const run = (layers: readonly Layer[], input: Shape, kernels: string, threads = 1) =>
  runKernels(layers, input, { kernels, threads, count: COUNT, microBatch: 2 });

/** A convolution of the images, or after another, so that its input's gradient is used as well. */
const net = fc.record({
  image: fc.tuple(fc.integer({ min: 6, max: 13 }), fc.integer({ min: 6, max: 13 })),
  colours: fc.constantFrom<number>(1, 3),
  before: fc.option(fc.constantFrom<number>(1, 3, 8, 17, 32, 70), { nil: undefined }),
  filters: fc.constantFrom<number>(1, 5, 8, 16, 24, 33, 64),
  kernelSize: fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })),
  strides: fc.tuple(fc.constantFrom(1, 1, 2), fc.constantFrom(1, 1, 3)),
  padding: fc.constantFrom("same" as const, "valid" as const),
  useBias: fc.boolean(),
  poolSize: fc.option(fc.constantFrom<[number, number]>([2, 2], [1, 2], [3, 2], [2, 1]), { nil: undefined }),
  relu: fc.boolean(),
  depthwise: fc.constant<boolean>(false),
});

type Net = typeof net extends fc.Arbitrary<infer Value> ? Value : never;

function layersOf({
  before,
  poolSize,
  relu,
  depthwise,
  filters,
  image: _,
  colours: __,
  ...convolution
}: Net): Layer[] {
  const activation = relu ? { activation: "relu" as const } : {};
  return [
    ...(before === undefined ? [] : [{ type: "conv2d", filters: before, kernelSize: 1 } as const]),
    depthwise
      ? { type: "depthwiseConv2d", ...convolution, ...activation }
      : { type: "conv2d", filters, ...convolution, ...activation },
    ...(poolSize === undefined ? [] : [{ type: "maxPool2d", poolSize } as const]),
    { type: "flatten" },
    { type: "dense", units: CLASSES },
  ];
}

const outputOf = ({ image, kernelSize, strides, padding, poolSize }: Net) =>
  image.map((size, axis) => {
    const reach = padding === "same" ? size + strides[axis]! - 1 : size - kernelSize[axis]! + strides[axis]!;
    return Math.floor(Math.floor(reach / strides[axis]!) / (poolSize?.[axis] ?? 1));
  });

/**
 * Whether a net has outputs that can be checked. libtorch 2.15 miscomputes convolutions of one channel with unequal strides if
 * the output is one column.
 */
const canCheck = (each: Net) =>
  Math.min(...outputOf({ ...each, poolSize: undefined })) > (each.strides[0] === each.strides[1] ? 0 : 1) &&
  Math.min(...outputOf(each)) > 0;

/** The most terms in the sum of any output or gradient of the model. */
function longestSum(each: Net): number {
  const outputs = outputOf(each).reduce((a, b) => a * b);
  const window = (each.poolSize ?? [1, 1]).reduce((a, b) => a * b);
  const [height, width] = each.kernelSize;
  return Math.max(
    height * width * (each.before ?? each.colours),
    COUNT * outputs * window,
    each.filters * outputs,
  );
}

async function checkAgainstReference(each: Net, kernels: string) {
  const layers = layersOf(each);
  const input: Shape = [each.colours, ...each.image];
  const ours = await run(layers, input, kernels);
  const theirs = await run(layers, input, "reference");
  // A sum of n float32 terms has an error of about 2^-24 sqrt(n), a gradient is a chain of four sums, and both sides round.
  const rounding = 16 * 2 ** -24 * Math.sqrt(Math.max(longestSum(each), 400));
  const fused = Number(each.relu) + Number(each.poolSize !== undefined); // one operator computed several layers
  if (!each.depthwise) expect(theirs.layers.length - ours.layers.length).toBe(fused);
  expect(difference(ours.probabilities, theirs.probabilities)).toBeLessThan(rounding);
  for (const [i, { name, values }] of theirs.gradients.entries()) {
    const size = Math.max(largest(values), 0.01); // a single value may be a sum that cancels out
    expect(difference(ours.gradients[i]!.values, values), name).toBeLessThan(rounding * size);
  }
}

/** Convolutions that Winograd's minimal filtering computes. */
const winograd = {
  kernelSize: fc.constant<[number, number]>([3, 3]),
  strides: fc.constant<Net["strides"]>([1, 1]),
  poolSize: fc.constantFrom<Net["poolSize"]>([2, 2], undefined),
  before: fc.constantFrom(16, 17, 24, 33, 70),
};

describe.each(["avx512", "avx2", "baseline"])("convolution kernels for %s", (kernels) => {
  it("agree with libtorch's operators, as do their gradients", async () => {
    const nets = net.filter(canCheck);
    await fc.assert(
      fc.asyncProperty(nets, (each) => checkAgainstReference(each, kernels)),
      { numRuns: 60 },
    );
  });

  it("agree for kernels of 3 x 3, with and without windows of 2 x 2", async () => {
    const nets = fc.tuple(net, fc.record(winograd)).map(([each, fixed]): Net => ({ ...each, ...fixed }));
    await fc.assert(
      fc.asyncProperty(nets, (each) => checkAgainstReference(each, kernels)),
      { numRuns: 20 },
    );
  });

  it("agree for depthwise convolutions", async () => {
    const nets = fc
      .tuple(net, fc.constantFrom(4, 16, 32, 48))
      .map(
        ([each, before]): Net => ({ ...each, before, filters: before, poolSize: undefined, depthwise: true }),
      )
      .filter(canCheck);
    await fc.assert(
      fc.asyncProperty(nets, (each) => checkAgainstReference(each, kernels)),
      { numRuns: 30 },
    );
  });
});

it("agree with a reference that stays within its memory if strides differ", async () => {
  const each = {
    image: [8, 9],
    colours: 1,
    filters: 8,
    kernelSize: [1, 1],
    padding: "valid",
    useBias: true,
  } as const;
  for (const before of [undefined, 3])
    for (const strides of [
      [1, 3],
      [2, 1],
      [2, 2],
    ] as const)
      for (let i = 0; i < 10; i++)
        await checkAgainstReference({ ...each, before, strides, poolSize: undefined, relu: true } as Net, "");
});

it("does not fuse outputs that other layers take, or unsupported layers", async () => {
  const conv = { type: "conv2d", filters: 8, kernelSize: 3, padding: "same" } as const;
  const end = [{ type: "flatten" }, { type: "dense", units: CLASSES }] as const;
  const names = async (layers: readonly Layer[]) => (await run([...layers, ...end], [8, 6, 6], "")).layers[0];
  expect(await names([{ ...conv, activation: "relu" }])).toBe("conv2d_0, conv2d_0.activation");
  expect(await names([conv])).toBe("conv2d_0");
  expect(await names([{ ...conv, activation: "tanh" }])).toBe("conv2d_0");
  expect(await names([{ ...conv, groups: 2, activation: "relu" }])).toBe("conv2d_0");
  expect(await names([{ ...conv, dilationRate: 2, activation: "relu" }])).toBe("conv2d_0");
  expect(await names([conv, { type: "maxPool2d", poolSize: 3, strides: 2 }])).toBe("conv2d_0");
  expect(
    await names([conv, { type: "residual", layers: [{ type: "activation", activation: "relu" }] }]),
  ).toBe("conv2d_0");
});

it("give the same bits for any number of threads", async () => {
  const layers: Layer[] = [
    { type: "conv2d", filters: 12, kernelSize: 3, padding: "same", activation: "relu" },
    { type: "maxPool2d", poolSize: 2 },
    { type: "conv2d", filters: 20, kernelSize: 3, padding: "same", activation: "relu" },
    { type: "flatten" },
    { type: "dense", units: CLASSES },
  ];
  const [one, ...others] = await Promise.all(
    [1, 2, 3].map((threads) => run(layers, [1, 10, 10], "", threads)),
  );
  for (const other of others) expect(other).toEqual(one);
});

it("rejects an unknown value of OPTIMBENCH_KERNELS", async () => {
  const layers: Layer[] = [{ type: "flatten" }, { type: "dense", units: CLASSES }];
  await expect(run(layers, [1, 4, 4], "referense")).rejects.toThrow(
    "OPTIMBENCH_KERNELS is 'referense'; it can be reference, baseline, avx2 or avx512",
  );
});
