import { afterEach, it, vi } from "vitest";
import type { Layer } from "../../src/models/layers.js";
import { BATCH, checkKernels, classify, conv, type Options, pool, relu } from "./kernel-results.js";

vi.mock(import("../../src/install/runtime-libraries.js"), async (original) =>
  (await import("../simulated-gpu.js")).simulatedGpu(original),
);

afterEach(() => void vi.unstubAllEnvs());

const norm = (options: object = {}) => ({ type: "batchNorm2d", ...options }) as Layer;
const halved = { strides: 2 };
const normalised = (filters: number, options: object = {}): readonly Layer[] => [
  conv(filters, { useBias: false, ...options }),
  norm(),
  { type: "activation", ...relu },
];
const block = (filters: number, options: object = {}, first: object = {}) =>
  ({
    type: "residual",
    layers: [...normalised(filters, first), conv(filters, { useBias: false }), norm()],
    ...options,
  }) as Layer;

// One pass: where a value is almost 0, rounding decides about ReLU, and steps amplify that. libtorch's operators, which sum
// in float32, are further from the CPU's kernels than these.
it.each<[string, readonly Layer[], Options?]>([
  ["batch normalisation before a pool", [...normalised(6), pool(), ...classify]],
  ["batch normalisation and ReLU", [...normalised(6), ...normalised(5), ...classify]],
  ["the same with an unbiased variance", [...normalised(6), ...classify], { semantics: "pytorch" }],
  [
    "batch normalisation without scale or shift",
    [
      conv(5),
      norm({ scale: false }),
      conv(4),
      norm({ center: false }),
      conv(3),
      norm({ scale: false, center: false }),
      ...classify,
    ],
  ],
  ["batch normalisation of one channel", [...normalised(1), ...normalised(4), ...classify]],
  [
    "batch normalisation of more channels than threads",
    [conv(530, { kernelSize: 1 }), norm(), conv(270, { kernelSize: 1 }), norm(), ...classify],
    { input: [1, 3, 2], count: BATCH },
  ],
  [
    "batch normalisation of units, of one sample in the last batch",
    [
      { type: "flatten" },
      { type: "dense", units: 9 },
      norm(),
      { type: "activation", ...relu },
      ...classify.slice(1),
    ],
    { count: 2 * BATCH + 1 },
  ],
  ["residual blocks", [...normalised(6), block(6, relu), block(6), ...classify], { count: BATCH }],
  [
    "residual blocks with a convolution as shortcut",
    [
      ...normalised(4),
      block(6, { ...relu, shortcut: [conv(6)] }),
      block(5, { shortcut: [conv(5)] }),
      ...classify,
    ],
    { count: BATCH },
  ],
  [
    "residual blocks with strides",
    [...normalised(4), block(6, { ...relu, shortcut: [conv(6, halved)] }, halved), ...classify],
    { count: BATCH },
  ],
  [
    "a residual block with a normalised shortcut",
    [...normalised(4), block(6, { ...relu, shortcut: [conv(6), norm()] }), ...classify],
    { count: BATCH },
  ],
  ["a residual block of the image", [block(1, relu), conv(3), ...classify], { count: BATCH }],
  [
    "frozen batch normalisation",
    [...normalised(6), ...normalised(5), ...classify],
    { frozen: ["batchNorm2d_1"] },
  ],
  [
    "frozen residual blocks",
    [...normalised(4), block(4, relu), block(4, { ...relu, shortcut: [conv(4)] }), ...classify],
    {
      frozen: ["residual_0.batchNorm2d_1", "residual_1.shortcut.conv2d_0", "residual_1.conv2d_1"],
      count: BATCH,
    },
  ],
  [
    "frozen layers before a residual block",
    [...normalised(4), block(4, relu), ...classify],
    {
      frozen: ["conv2d_0", "batchNorm2d_0", "residual_0.conv2d_0", "residual_0.batchNorm2d_0"],
      count: BATCH,
    },
  ],
])("the kernels of %s give the results of libtorch's operators", async (_, layers, options) => {
  await checkKernels(layers, { passes: 1, ...options });
});
