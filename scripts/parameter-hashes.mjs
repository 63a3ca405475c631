// `npm run hashes > before.txt`: trains about 70 small models that together use every optimizer, loss, schedule, gradient
// transform and kind of layer, each on 1 and on 2 threads, and prints the hashes of the final parameters. A refactoring must not
// change the output (on one machine, for one value of OPTIMBENCH_KERNELS).
import { train } from "../dist/index.js";
import { LOSS_NAMES } from "../dist/losses/losses.js";
import { OPTIMIZER_NAMES } from "../dist/optimizers/optimizers.js";
import { SCHEDULE_NAMES } from "../dist/schedules/schedules.js";

const dense = (...units) => ({
  layers: [
    { type: "flatten" },
    ...units.map((each) => ({ type: "dense", units: each, activation: "relu" })),
    { type: "dense", units: 10 },
  ],
});
const head = [{ type: "flatten" }, { type: "dense", units: 10 }];
const conv = { type: "conv2d", filters: 8, kernelSize: 3, padding: "same", activation: "relu" };
const after = (...layers) => ({ layers: [conv, { type: "maxPool2d" }, ...layers, ...head] });

const SCHEDULE_SETTINGS = {
  exponential: { decaySteps: 3, decayRate: 0.9 },
  inverseTime: { decaySteps: 3, decayRate: 0.5 },
  piecewise: { boundaries: [4], values: [0.01, 0.001] },
  polynomial: { decayEpochs: 2 },
  cosineRestarts: { firstDecaySteps: 3 },
  reduceOnPlateau: { patience: 1, minDelta: 10 },
  step: { stepSize: 1 },
};
const LAYERS = {
  "pooled convolution": after({ ...conv, filters: 16 }, { type: "averagePool2d" }),
  "strided, grouped, dilated": after(
    { ...conv, filters: 8, groups: 2, strides: 2 },
    { ...conv, dilationRate: 2, padding: "valid" },
  ),
  depthwise: after(
    { type: "depthwiseConv2d", kernelSize: 3, depthMultiplier: 2 },
    { type: "globalMaxPool2d" },
  ),
  "batch norm": after({ type: "batchNorm2d" }, { type: "activation", activation: "gelu" }),
  "layer norm": after({ type: "layerNorm" }, { type: "activation", activation: "leakyRelu" }),
  "group norm": after({ type: "groupNorm", groups: 4 }, { type: "globalAveragePool2d" }),
  dropout: after({ type: "dropout", rate: 0.3 }, { type: "spatialDropout2d", rate: 0.2 }),
  padding: after(
    {
      type: "zeroPadding2d",
      padding: [
        [1, 2],
        [0, 3],
      ],
    },
    { ...conv, kernelSize: 5 },
  ),
  residual: after({
    type: "residual",
    layers: [
      { ...conv, filters: 8 },
      { ...conv, filters: 8 },
    ],
  }),
};
const TRANSFORMS = {
  l2: 1e-3,
  decoupledWeightDecay: 1e-2,
  clipValue: 0.01,
  clipNorm: 0.1,
  globalClipNorm: 0.1,
  weightAverage: 0.9,
};
const RUNS = {
  ...each(OPTIMIZER_NAMES, (name) => ({ optimizer: name })),
  ...each(["adam", "adamw", "rmsprop", "muon"], (name) => [
    `${name} pytorch`,
    { optimizer: name, semantics: "pytorch" },
  ]),
  ...each(Object.entries(TRANSFORMS), ([name, value]) => [
    `adam ${name}`,
    { optimizer: { name: "adam", [name]: value } },
  ]),
  ...each(LOSS_NAMES, (name) => ({ loss: name })),
  ...each(SCHEDULE_NAMES, (name) => ({ schedule: { name, ...SCHEDULE_SETTINGS[name] }, epochs: 4 })),
  ...each(Object.entries(LAYERS), ([name, model]) => [name, { model }]),
  ...each(["paper-cnn", "lenet-5", "mnist-99"], (name) => [name, { model: name }]),
  accumulation: { gradientAccumulation: 3 },
  augmentation: { augmentation: { shift: 2, rotation: 10, scale: 0.1, elastic: { alpha: 34, sigma: 4 } } },
  "early stopping": { earlyStopping: { patience: 1 }, epochs: 4 },
  "custom optimizer": {
    optimizer: { name: "mine", learningRate: 0.01, formula: "theta = theta - learningRate * sign(g)" },
  },
  "custom loss": { loss: { name: "mine", formula: "mean(abs(softmax(z) - y))" } },
  "class weights": {
    loss: { name: "sparseCategoricalCrossentropy", classWeights: [1, 2, 3, 4, 5, 1, 2, 3, 4, 5] },
  },
};

function each(values, run) {
  return Object.fromEntries(
    values.map((value) => {
      const made = run(value);
      return Array.isArray(made) ? made : [String(value), made];
    }),
  );
}

for (const [name, config] of Object.entries(RUNS)) {
  for (const threads of [1, 2]) {
    const run = await train({
      dataset: "mnist-10k",
      split: { train: 300, validation: 50 },
      model: dense(32, 32),
      epochs: 2,
      batchSize: 64,
      seed: 7,
      ...config,
      threads,
      untimedSteps: false,
    });
    console.log(`${run.parametersSha256.final}  ${name}, ${threads} thread${threads === 1 ? "" : "s"}`);
    await run.model.dispose();
  }
}
