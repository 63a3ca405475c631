// Trains with each optimizer, loss, layer and schedule on the GPU, with recorded steps and without, with libtorch's
// operators instead of compiled kernels, and on the CPU. One line of JSON per case: how far the losses are apart, and
// whether recorded steps give the same bits.
import { train } from "../../dist/index.js";
import { LOSS_NAMES } from "../../dist/losses/losses.js";
import { nativeInfo } from "../../dist/native/addon.js";
import { OPTIMIZER_NAMES } from "../../dist/optimizers/optimizers.js";
import { environment } from "../../dist/study/environment.js";
import { DEVICE, noise, row } from "./case.mjs";
import { MODELS } from "./models.mjs";

/** Of losses after some steps: rounding of float32 in sums of other orders, which the steps amplify. */
const TOLERANCE = 2e-3;
const CLASSES = 3;
const COUNT = 150;

const pixels = noise(COUNT * 144, 7);
const labels = Uint8Array.from({ length: COUNT }, (_, i) => i % CLASSES);
const images = Uint8Array.from(pixels, (value, i) => {
  const image = Math.floor(i / 144);
  return Math.floor((i % 144) / 48) === labels[image] ? 120 + (value % 136) : value % 90;
});
const convolution = { type: "conv2d", filters: 4, kernelSize: 3, padding: "same", activation: "relu" };
const task = {
  dataset: { name: "bands", images, labels, height: 12, width: 12, classes: CLASSES },
  split: { train: 118, validation: 32 },
  model: {
    layers: [convolution, { type: "maxPool2d" }, { type: "flatten" }, { type: "dense", units: CLASSES }],
  },
  batchSize: 16,
  epochs: 3,
  seed: 1,
};
const withLayers = (...layers) => ({
  model: {
    layers: [
      { ...convolution, useBias: false, activation: undefined },
      ...layers,
      { type: "flatten" },
      { type: "dense", units: CLASSES },
    ],
  },
});

const norm = { type: "batchNorm2d" };
const relu = { type: "activation", activation: "relu" };
const plain = { type: "conv2d", filters: 4, kernelSize: 3, padding: "same", useBias: false };
const block = (options, first = {}) => ({
  type: "residual",
  layers: [{ ...plain, ...first }, norm, relu, plain, norm],
  ...options,
});
const halved = { strides: 2 };

const cases = {};
for (const semantics of ["keras3", "pytorch"])
  for (const optimizer of OPTIMIZER_NAMES)
    cases[`optimizer ${optimizer}, ${semantics}`] = { optimizer, semantics };
for (const loss of LOSS_NAMES) cases[`loss ${loss}`] = { loss };
for (const layer of [
  { type: "conv2d", filters: 3, kernelSize: 3, strides: 2, padding: "same" },
  { type: "depthwiseConv2d", kernelSize: 3 },
  { type: "maxPool2d", poolSize: 3, strides: 2, padding: "same" },
  { type: "averagePool2d", poolSize: 2 },
  { type: "averagePool2d", poolSize: 3, strides: 2, padding: "same" },
  { type: "globalMaxPool2d" },
  { type: "globalAveragePool2d" },
  { type: "zeroPadding2d", padding: 1 },
  { type: "batchNorm2d" },
  { type: "layerNorm" },
  { type: "groupNorm", groups: 2 },
  { type: "dropout", rate: 0.3 },
  { type: "spatialDropout2d", rate: 0.3 },
  {
    type: "residual",
    layers: [{ type: "conv2d", filters: 4, kernelSize: 3, padding: "same" }, { type: "batchNorm2d" }],
    activation: "relu",
  },
  ...["elu", "selu", "gelu", "silu", "sigmoid", "tanh", "softplus", "leakyRelu"].map((activation) => ({
    type: "activation",
    activation,
  })),
])
  cases[`layer ${layer.activation ?? layer.type} ${layer.poolSize ?? ""}`.trim()] = {
    ...withLayers(layer),
    random: /dropout/i.test(layer.type),
  };
for (const schedule of [
  "constant",
  "reduceOnPlateau",
  { name: "step", stepSize: 1 },
  "exponential",
  "inverseTime",
  "polynomial",
  "cosine",
  "cosineRestarts",
  "oneCycle",
  { name: "piecewise", boundaries: [5], values: [0.01, 0.001] },
])
  cases[`schedule ${schedule.name ?? schedule}`] = { schedule };
Object.assign(cases, {
  "gradient accumulation": { gradientAccumulation: 2 },
  clipping: { optimizer: { name: "sgd", globalClipNorm: 0.1 } },
  "weight decay and averages": { optimizer: { name: "adam", decoupledWeightDecay: 0.1, weightAverage: 0.9 } },
  "early stopping": { earlyStopping: { patience: 1 } },
  augmentation: { augmentation: { shift: 1, rotation: 10 }, isEager: true },
  standardise: { standardise: true },
  "layer batchNorm2d, pytorch": { ...withLayers({ type: "batchNorm2d" }), semantics: "pytorch" },
  "batchNorm2d and ReLU": withLayers(norm, relu),
  "batchNorm2d without scale and shift": withLayers({ ...norm, scale: false, center: false }, relu),
  "batchNorm2d of 600 channels": withLayers({ ...plain, filters: 600, kernelSize: 1 }, norm, relu),
  "batchNorm2d of units": withLayers({ type: "flatten" }, { type: "dense", units: 20 }, norm, relu),
  "batchNorm2d before a pool": withLayers(norm, relu, { type: "maxPool2d" }),
  "residual blocks": withLayers(norm, relu, block({ activation: "relu" }), block({})),
  "a residual block with strides": withLayers(
    norm,
    relu,
    block({ activation: "relu", shortcut: [{ ...plain, kernelSize: 1, useBias: true, ...halved }] }, halved),
  ),
  "a residual block with a normalised shortcut": withLayers(
    block({ activation: "relu", shortcut: [plain, norm] }),
  ),
  "frozen first layer": { frozen: ["conv2d_0"] },
  "frozen last layer": { frozen: ["dense_0"] },
  "frozen batchNorm2d": { ...withLayers(norm, relu, plain, norm, relu), frozen: ["batchNorm2d_1"] },
  "frozen parts of a residual block": {
    ...withLayers(norm, relu, block({ activation: "relu", shortcut: [{ ...plain, useBias: true }] })),
    frozen: ["conv2d_0", "batchNorm2d_0", "residual_0.batchNorm2d_1", "residual_0.shortcut.conv2d_0"],
  },
  "model residual": { model: MODELS.residual, ...digits() },
  "model lenet-5": { model: "lenet-5", ...digits() },
  "model paper-cnn": { model: "paper-cnn", ...digits() },
  "model mnist-99": { model: "mnist-99", ...digits() },
});

await row("kernels are compiled for the GPU", () => {
  const info = nativeInfo();
  const { gpus, gpuKernels } = environment(info);
  return {
    ok: DEVICE === "cpu" || info.whyNoKernels === undefined,
    gpus,
    gpuKernels,
    why: info.whyNoKernels,
  };
});

for (const [name, { random, isEager, ...options }] of Object.entries(cases))
  await row(name, async () => {
    const runs = {};
    for (const [way, device, step, kernels] of [
      ["recorded", DEVICE, "graph", ""],
      ["again", DEVICE, "graph", ""],
      ["eager", DEVICE, "eager", ""],
      ["reference", DEVICE, "graph", "reference"],
      ["cpu", "cpu", "plain", ""],
    ]) {
      process.env.OPTIMBENCH_STEP = step;
      process.env.OPTIMBENCH_KERNELS = kernels;
      runs[way] = await resultOf({ ...task, ...options, device });
    }
    const difference = relativeDifference(runs.recorded.losses, runs.cpu.losses);
    const fromReference = relativeDifference(runs.recorded.losses, runs.reference.losses);
    // A rehearsal on the CPU records nothing.
    const isRecordedAsExpected =
      DEVICE === "cpu" || (runs.recorded.stepGraph === "recorded") === (isEager !== true);
    return {
      // Masks come from the device's generator: the CPU draws others.
      ok:
        (random === true || difference < TOLERANCE) &&
        fromReference < TOLERANCE &&
        isRecordedAsExpected &&
        runs.recorded.sha === runs.eager.sha &&
        runs.recorded.sha === runs.again.sha,
      difference,
      fromReference,
      recordedEqualsEager: runs.recorded.sha === runs.eager.sha,
      repeats: runs.recorded.sha === runs.again.sha,
      stepGraph: runs.recorded.stepGraph,
      losses: { gpu: runs.recorded.losses.at(-1), cpu: runs.cpu.losses.at(-1) },
    };
  });

async function resultOf(config) {
  const run = await train(config);
  const { history, record } = run;
  run.model.dispose();
  return {
    losses: history
      .flatMap(({ train: { loss }, validation }) => [loss, validation.loss])
      .filter((loss) => typeof loss === "number"),
    sha: record.parametersSha256.final,
    stepGraph: record.stepGraph,
  };
}

function relativeDifference(found, expected) {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY;
  return Math.max(
    ...found.map((value, i) => Math.abs(value - expected[i]) / Math.max(Math.abs(expected[i]), 1e-2)),
  );
}

function digits() {
  return { dataset: "mnist-10k", split: { train: 500, validation: 100 }, batchSize: 64, epochs: 2 };
}
