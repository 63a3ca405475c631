import { afterEach, describe, expect, it, vi } from "vitest";
import type { Layer } from "../../src/models/layers.js";
import {
  BATCH,
  CLASSES,
  checkKernels,
  classify,
  conv,
  type Options,
  pool,
  relu,
  runKernels,
} from "./kernel-results.js";

vi.mock(import("../../src/install/runtime-libraries.js"), async (original) =>
  (await import("../simulated-gpu.js")).simulatedGpu(original),
);

afterEach(() => void vi.unstubAllEnvs());

describe("compiled kernels give the results of libtorch's operators", () => {
  it.each<[string, readonly Layer[], Options?]>([
    [
      "pools without a rest",
      [conv(6, relu), pool(), conv(5, relu), pool([2, 1]), ...classify],
      { input: [1, 12, 8] },
    ],
    ["no ReLU", [conv(6), pool(), conv(5), ...classify]],
    ["no pool", [conv(6, { ...relu, padding: "valid" }), conv(5, relu), ...classify]],
    [
      "no bias",
      [conv(6, { ...relu, useBias: false }), pool(3), conv(5, { ...relu, useBias: false }), ...classify],
    ],
    ["strides", [conv(4, { ...relu, strides: 2, kernelSize: 5, padding: "valid" }), ...classify]],
    [
      "unequal padding",
      [conv(4, { ...relu, strides: 2 }), conv(4, { ...relu, strides: 2 }), ...classify],
      { input: [1, 12, 8] },
    ],
    [
      "unequal padding before a pool",
      [conv(4, { ...relu, strides: 2 }), conv(4, { ...relu, strides: 2 }), pool(), ...classify],
      { input: [1, 16, 16], count: BATCH },
    ],
    ["unequal windows", [conv(6, relu), pool([3, 2]), ...classify]],
    // One batch twice: where pixels are almost equal, rounding decides which gets the gradient, and steps amplify that.
    ["many channels", [conv(40, relu), conv(64, relu), pool(), ...classify], { count: BATCH }],
    [
      "few channels with strides",
      [conv(5, relu), conv(6, { ...relu, strides: 2, kernelSize: 5, padding: "valid" }), pool(), ...classify],
      { input: [1, 9, 10] },
    ],
    ["kernels of a pixel", [conv(6, { ...relu, kernelSize: 1, strides: 2 }), ...classify]],
    ["three channels", [conv(20, relu), pool(), ...classify], { input: [3, 7, 9] }],
    ["five channels", [conv(20, relu), pool(), ...classify], { input: [5, 7, 9] }],
    [
      "more filters than threads",
      [conv(270, relu), conv(530, { ...relu, kernelSize: 1 }), pool(), ...classify],
      { input: [1, 2, 3] },
    ],
    ["a pool that overlaps", [conv(6, relu), { type: "maxPool2d", poolSize: 3, strides: 2 }, ...classify]],
    ["dilation", [conv(6, { ...relu, dilationRate: 2 }), pool(), ...classify]],
    ["groups", [conv(6), conv(8, { ...relu, groups: 2 }), pool(), ...classify], { count: BATCH }],
    ["depthwise", [conv(4), { type: "depthwiseConv2d", kernelSize: 3, ...relu }, ...classify]],
    ["a hidden layer of one channel", [conv(1, relu), conv(4, relu), pool(), ...classify]],
    [
      "dense layers",
      [
        { type: "flatten" },
        { type: "dense", units: 40, ...relu },
        { type: "dense", units: 33, ...relu, useBias: false },
        { type: "dense", units: 7 },
        { type: "dense", units: CLASSES, useBias: false },
      ],
    ],
    [
      "large dense layers",
      [
        { type: "flatten" },
        { type: "dense", units: 820, ...relu },
        { type: "dense", units: 330, useBias: false, ...relu },
        { type: "dense", units: CLASSES },
      ],
      { input: [3, 9, 12] },
    ],
    ["a frozen layer", [conv(6, relu), pool(), conv(5, relu), pool(), ...classify], { frozen: ["conv2d_1"] }],
    [
      "frozen first layers",
      [conv(3, relu), pool(), conv(5, relu), pool(), ...classify],
      { frozen: ["conv2d_0"], count: BATCH },
    ],
  ])("%s", async (_, layers, options) => {
    await checkKernels(layers, options);
  });

  it("and are what computes them", async () => {
    const { recorded, reference } = await checkKernels([conv(6, relu), pool(), conv(5, relu), ...classify]);
    expect(recorded.parameters).not.toEqual(reference.parameters); // other roundings
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    "a weight of %s",
    async (value) => {
      const layers = [conv(6, relu), pool(), conv(5, relu), ...classify];
      const [found, expected] = [
        await runKernels("", layers, { value }),
        await runKernels("reference", layers, { value }),
      ];
      expect(found.losses.map(Number.isFinite)).toEqual(expected.losses.map(Number.isFinite));
      expect(Array.from(found.parameters, Number.isFinite)).toEqual(
        Array.from(expected.parameters, Number.isFinite),
      );
    },
  );
});
