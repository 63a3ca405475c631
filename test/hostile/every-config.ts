import type { Layer } from "../../src/models/layers.js";
import { STUDIES } from "../report/example-studies.js";

const inMemory = () => ({
  name: "tiny",
  images: new Uint8Array(6 * 64).fill(9),
  labels: [0, 1, 2, 0, 1, 2],
  targets: Float32Array.from({ length: 18 }, (_, i) => Number(i % 3 === Math.floor(i / 3) % 3)),
  count: 6,
  height: 8,
  width: 8,
  channels: 1,
  classes: 3,
  test: {
    images: new Uint8Array(3 * 64),
    labels: new Uint8Array([0, 1, 2]),
    targets: new Float32Array([1, 0, 0, 0, 1, 0, 0, 0, 1]),
    count: 3,
  },
});

/** Every kind of layer with every field. */
const layers = (): Layer[] => [
  { type: "zeroPadding2d", padding: [[1, 1], [1, 1]] }, // biome-ignore format: short
  {
    type: "conv2d",
    filters: 2,
    kernelSize: [3, 3],
    strides: 1,
    padding: "same",
    dilationRate: 1,
    activation: "relu",
    useBias: true,
    groups: 1,
  },
  {
    type: "depthwiseConv2d",
    kernelSize: 3,
    strides: [1, 1],
    padding: "same",
    dilationRate: [1, 1],
    activation: "tanh",
    useBias: false,
    depthMultiplier: 1,
  },
  { type: "batchNorm2d", momentum: 0.9, epsilon: 0.001, center: true, scale: true },
  { type: "layerNorm", epsilon: 0.001, center: true, scale: true },
  { type: "groupNorm", groups: 2, epsilon: 0.001, center: true, scale: true },
  { type: "activation", activation: "leakyRelu", negativeSlope: 0.1 },
  { type: "maxPool2d", poolSize: 2, strides: 2, padding: "valid" },
  {
    type: "residual",
    layers: [{ type: "conv2d", filters: 2, kernelSize: 3, padding: "same" }],
    shortcut: [{ type: "spatialDropout2d", rate: 0.1 }],
    activation: "relu",
  },
  { type: "dropout", rate: 0.1 },
  { type: "averagePool2d", poolSize: [2, 2], strides: [1, 1], padding: "same" },
  { type: "globalMaxPool2d" },
  { type: "flatten" },
  { type: "dense", units: 3, activation: "relu", useBias: true },
];

/** Weights of the last layer; the others start anew. */
const initialWeights = () => ({
  from: [
    { name: "dense_0.weight", shape: [3, 2], values: new Float32Array(6) },
    { name: "dense_0.bias", shape: [3], values: new Float32Array(3) },
  ],
  except: ["conv2d_0", "depthwiseConv2d_0", "batchNorm2d_0", "layerNorm_0", "groupNorm_0", "residual_0"],
  names: { dense_0: "dense_0" },
});

const shared = () => ({
  $schema: "train-config.schema.json",
  dataset: inMemory(),
  dataDir: "nowhere",
  resize: { height: 8, width: 8 },
  labelColumn: "label",
  groupColumn: 2,
  labelFile: "labels.npy",
  greyscale: true,
  split: { train: 4, validation: 2 },
  model: { name: "all", layers: layers() },
  initialWeights: initialWeights(),
  frozen: ["conv2d_0"],
  semantics: "keras3",
  schedule: {
    name: "oneCycle",
    pctStart: 0.3,
    annealStrategy: "cos",
    divFactor: 25,
    finalDivFactor: 100,
    threePhase: false,
    baseMomentum: 0.8,
    maxMomentum: 0.9,
    warmUpEpochs: 0,
    warmUpFrom: 0,
  },
  earlyStopping: {
    monitor: "validation.loss",
    mode: "auto",
    patience: 1,
    minDelta: 0,
    baseline: 9,
    startFromEpoch: 0,
  },
  epochs: 0,
  batchSize: 4,
  gradientAccumulation: 1,
  standardise: true,
  augmentation: { shift: 1, rotation: 1, scale: 0.1, elastic: { alpha: 1, sigma: 1 } },
  microBatch: 4,
  device: "cpu",
  threads: 1,
  untimedSteps: false,
  testEvaluation: false,
  signal: new AbortController().signal,
  profile: false,
  onEpoch() {},
});

const optimizer = () => ({
  name: "sgd",
  label: "mine",
  semantics: "pytorch",
  learningRate: 0.1,
  momentum: 0.9,
  nesterov: true,
  dampening: 0,
  l2: 0.1,
  clipValue: 1,
  clipNorm: 1,
  globalClipNorm: 1,
  weightAverage: 0.9,
});

const customOptimizer = () => ({
  name: "mine",
  label: "a label",
  semantics: "custom",
  formula: "v = a * v + g; theta = theta - learningRate * v",
  learningRate: 0.1,
  hyperparameters: { a: 0.9 },
  state: { v: 0 },
});

const loss = () => ({
  name: "sparseCategoricalCrossentropy",
  label: "weighted",
  semantics: "keras3",
  classWeights: [1, 2, 3],
});

const customLoss = () => ({
  name: "mine",
  label: "a label",
  semantics: "custom",
  formula: "sum(w * abs(softmax(z) - y))",
  hyperparameters: { w: [1, 2, 3] },
});

/** Inputs of all public functions, with every field. They are valid and fast to run. */
export const INPUTS = {
  train: () => ({ name: "mine", ...shared(), optimizer: optimizer(), loss: loss(), seed: 1, targets: [0.9] }),
  trainOwn: () => ({
    ...shared(),
    schedule: {
      name: "mine",
      formula: "learningRate / (1 + step * a)",
      hyperparameters: { a: 1 },
      warmUpEpochs: 1,
      warmUpFrom: 0,
    },
    optimizer: customOptimizer(),
    loss: customLoss(),
    seed: 1,
  }),
  compare: () => ({
    question: undefined, // the other values contradict each question
    tuning: {
      trials: 2,
      seeds: 1,
      seed: 0,
      space: { adam: { learningRate: { from: 0.1, to: 1, scale: "log" } } },
      extensions: [{ trials: 1, sides: ["none"] }],
      arms: [
        {
          label: "a",
          learningRate: 0.1,
          space: {},
          trials: [{ values: {}, accuracy: 1, loss: null }],
          selected: 0,
        },
      ],
    },
    ...shared(),
    preset: "paper",
    optimizers: [optimizer(), customOptimizer()],
    losses: [loss()],
    semantics: ["pytorch"],
    seeds: [1, 2, 3, 4, 5, 6, 7, 8],
    seedsPerRound: 4,
    margin: 0.002,
    targets: [0.9, 0.95],
    execution: "sequential",
    schedule: "constant",
    vary: { batchSize: [2, 4], "optimizer.learningRate": { from: 0.1, to: 0.2, points: 2, scale: "log" } },
    onRun() {},
  }),
  compareArms: () => {
    const { signal, profile, onEpoch, $schema, dataDir, device, threads, ...most } = shared();
    const { untimedSteps, testEvaluation, ...arm } = most;
    return {
      suite: "small",
      dataset: inMemory(),
      epochs: 0,
      device,
      threads,
      arms: [{ name: "mine", ...arm, optimizer: optimizer(), loss: loss() }],
    };
  },
  bench: () => ({
    $schema: "bench-config.schema.json",
    measure: ["update"],
    optimizers: [optimizer()],
    batchSizes: [1],
    threads: [1],
    evaluationImages: 1,
    model: { layers: [{ type: "flatten" }, { type: "dense", units: 10 }] },
    loss: "huber",
    semantics: "keras3",
    device: "cpu",
    seed: 0,
    seconds: 0.001,
    rounds: 1,
    profile: false,
    onProgress() {},
    signal: new AbortController().signal,
  }),
  dataset: inMemory,
  loadOptions: () => ({
    dataDir: "nowhere",
    download: false,
    mirrors: ["https://example.invalid/"],
    onProgress() {},
    onRead() {},
    signal: new AbortController().signal,
  }),
  optimizer,
  customOptimizer,
  loss,
  customLoss,
  gradientOptions: () => ({ classes: 3, semantics: "keras3" }),
  schedule: () => ({ name: "piecewise", boundaryEpochs: [1], values: [0.1, 0.01], warmUpEpochs: 1 }),
  length: () => ({ epochs: 2, batchSize: 4, trainSize: 8, learningRate: 0.1 }),
  study: () => structuredClone(STUDIES.oneRun) as object,
  reportOptions: () => ({ dataset: undefined as unknown, tensorboard: false, onNotice() {} }),
} satisfies Record<string, () => object>;
