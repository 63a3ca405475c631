import { afterEach, describe, expect, it } from "vitest";
import { lossGraph, resolveLoss } from "../../src/losses/losses.js";
import type { Layer } from "../../src/models/layers.js";
import { lowerModel } from "../../src/models/lower-model.js";
import { resolveModel } from "../../src/models/models.js";
import type { Shape } from "../../src/models/native-layer.js";
import { loadNative, type SessionSpec } from "../../src/native.js";
import { OPTIMIZER_NAMES, resolveOptimizer, updateGraph } from "../../src/optimizers/optimizers.js";
import { noise } from "./noise.js";

const asked = { ...process.env };
const set = (name: string, value: string | undefined) => {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
};
afterEach(() => {
  for (const name of ["OPTIMBENCH_STEP", "OPTIMBENCH_KERNELS"]) set(name, asked[name]);
});

const { Dataset, Session } = loadNative();
const CLASSES = 3;
const COUNT = 37; // the last batch is smaller
const INPUT: Shape = [1, 6, 6];
const LAYERS: readonly Layer[] = [
  { type: "conv2d", filters: 4, kernelSize: 3, padding: "same", activation: "relu" },
  { type: "maxPool2d", poolSize: 2 },
  { type: "flatten" },
  { type: "dense", units: 8, activation: "relu" },
  { type: "dense", units: CLASSES },
];
const images = Uint8Array.from(noise(COUNT * 36, 5), (value) => value * 256);
const labels = Uint8Array.from({ length: COUNT }, (_, i) => i % CLASSES);

interface Options extends Partial<SessionSpec> {
  readonly optimizer?: Parameters<typeof resolveOptimizer>[0];
  readonly changing?: readonly string[];
  readonly semantics?: "keras3" | "pytorch";
  readonly model?: readonly Layer[];
  readonly accumulation?: number;
  readonly passes?: number;
}

const { COUNT: _count, ...data } = {
  COUNT,
  images,
  labels,
  shape: INPUT,
  classes: CLASSES,
  device: "cpu",
} as const;
const makeDataset = () => new Dataset(data);

function makeSession(
  step: string | undefined,
  { optimizer = "adam", semantics = "keras3", model = LAYERS, ...rest }: Options,
) {
  set("OPTIMBENCH_STEP", step);
  const { changing, accumulation: _a, passes: _p, ...spec } = rest;
  const lowered = lowerModel(resolveModel({ layers: model }, { classes: CLASSES, semantics }), {
    input: INPUT,
    classes: CLASSES,
    semantics,
  });
  return new Session({
    device: "cpu",
    threads: 1,
    seed: 3,
    microBatch: 8,
    input: INPUT,
    classes: CLASSES,
    layers: lowered.layers,
    loss: lossGraph(
      resolveLoss(
        {
          name: "sparseCategoricalCrossentropy",
          ...(semantics === "keras3" && { classWeights: [1, 2, 0.5] }),
        },
        semantics,
        CLASSES,
      ),
    ),
    update: updateGraph(resolveOptimizer(optimizer, semantics), changing ? { changing } : {}),
    ...spec,
  });
}

type NativeSession = ReturnType<typeof makeSession>;

const passOf = (epoch: number, { accumulation = 1, changing }: Options) => {
  const updates = Math.ceil(COUNT / (8 * accumulation));
  const each = (value: (i: number) => number) => Float64Array.from({ length: updates }, (_, i) => value(i));
  return {
    order: Uint32Array.from({ length: COUNT }, (_, i) => (i * 5 + epoch) % COUNT),
    batchSize: 8,
    gradientAccumulation: accumulation,
    learningRates: each((i) => 0.01 / (i + epoch)),
    ...(changing && { inputs: changing.map(() => ({ values: each((i) => 0.5 + 0.05 * i) })) }),
    epoch,
  };
};

async function run(step: string | undefined, options: Options = {}) {
  const session = makeSession(step, options);
  const dataset = makeDataset();
  const passes = [];
  for (let epoch = 1; epoch <= (options.passes ?? 3); epoch++)
    passes.push(await session.train(dataset, passOf(epoch, options)));
  const evaluated = await session.evaluate(
    dataset,
    Uint32Array.from({ length: COUNT }, (_, i) => i),
  );
  const state = session.readState();
  session.dispose();
  dataset.dispose();
  return {
    passes: passes.map(({ loss, correct, samples, steps, status }) => ({
      loss,
      correct,
      samples,
      steps,
      status,
    })),
    evaluated: { ...evaluated, seconds: 0 },
    state,
    said: [...new Set(passes.map(({ stepGraph }) => stepGraph))],
  };
}

/** Whether a device's steps give, on the processor, what its own do: bit for bit, as both use libtorch's operators. */
async function checkAlike(options: Options, said: unknown[] = ["recorded"]) {
  process.env.OPTIMBENCH_KERNELS = "reference";
  const { said: saidByPlain, ...plain } = await run(undefined, options);
  const { said: saidByRepeat, ...repeated } = await run("repeat", options);
  expect(saidByPlain).toEqual([undefined]);
  expect(saidByRepeat).toEqual(said);
  expect(repeated).toEqual(plain);
}

describe("steps as a device takes them", () => {
  const cases = OPTIMIZER_NAMES.filter((name) => name !== "muon").flatMap((name) =>
    (["keras3", "pytorch"] as const).map((semantics) => [name, semantics] as const),
  );
  it.each(cases)("%s of %s go as on the processor", (name, semantics) =>
    // Adafactor of Keras underflows where a unit is dead, and a device goes on to the end of the pass.
    checkAlike({ optimizer: name === "adafactor" ? { name, epsilon1: 1e-3 } : name, semantics }),
  );

  // Where a formula asks for the number of rows, numbers on the host and on the device meet, which rounds another way.
  it.each(["keras3", "pytorch"] as const)("muon of %s goes nearly as on the processor", async (semantics) => {
    const plain = await run(undefined, { optimizer: "muon", semantics, passes: 1 });
    const repeated = await run("repeat", { optimizer: "muon", semantics, passes: 1 });
    expect(repeated.said).toEqual(["recorded"]);
    const differences = plain.state.parameters.map((value, i) =>
      Math.abs(value - repeated.state.parameters[i]!),
    );
    expect(Math.max(...differences)).toBeLessThan(1e-5);
  });

  it.each<[string, Options]>([
    [
      "with weight decay, clipping and averaged weights",
      {
        optimizer: {
          name: "adam",
          decoupledWeightDecay: 0.1,
          globalClipNorm: 0.5,
          weightAverage: 0.9,
        },
      },
    ],
    ["with a formula without numbers", { optimizer: { name: "mine", formula: "theta = theta - 0.01 * g" } }],
    ["with a changing momentum", { optimizer: { name: "sgd", momentum: 0.9 }, changing: ["momentum"] }],
    ["with accumulated gradients", { accumulation: 2 }],
    ["with groups of which the last is smaller", { accumulation: 3 }],
    ["in one micro-batch", { microBatch: 64 }],
    [
      "with batch normalisation",
      {
        microBatch: 64,
        model: [LAYERS[0]!, { type: "batchNorm2d" }, ...LAYERS.slice(1)],
      },
    ],
  ])("go as on the processor %s", (_, options) => checkAlike(options));

  it("are not recorded where random numbers are drawn, and say so", async () => {
    await checkAlike({ model: [...LAYERS.slice(0, 3), { type: "dropout", rate: 0.5 }, ...LAYERS.slice(3)] }, [
      "not recorded: dropout draws random numbers on the host",
    ]);
    await checkAlike(
      { augmentation: { shift: 2, rotation: 10, scale: 0, elasticAlpha: 0, elasticSigma: 1 } as never },
      ["not recorded: augmentation draws random numbers on the host"],
    );
  });

  it("go on one by one where the device cannot record, and say why", async () => {
    const { said, ...graph } = await run("graph");
    const { said: saidByEager, ...eager } = await run("eager");
    expect(said).toEqual([expect.stringMatching(/^not recorded: ./)]);
    expect(saidByEager).toEqual(["not recorded: OPTIMBENCH_STEP=eager"]);
    expect(graph).toEqual(eager);
  });

  it("go on from a state, another dataset and a longer pass", async () => {
    const whole = await run("repeat", { optimizer: "nadam" });
    const first = makeSession("repeat", { optimizer: "nadam" });
    const second = makeSession("repeat", { optimizer: "nadam" });
    await first.train(makeDataset(), passOf(1, {}));
    second.writeState(first.readState());
    const short = makeSession("repeat", { optimizer: "nadam" });
    const few = { ...passOf(1, {}), order: Uint32Array.of(1, 2, 3), learningRates: Float64Array.of(0.01) };
    await short.train(makeDataset(), few);
    short.writeState(first.readState());
    for (const epoch of [2, 3]) {
      await second.train(makeDataset(), passOf(epoch, {}));
      await short.train(makeDataset(), passOf(epoch, {}));
    }
    expect(second.readState()).toEqual(whole.state);
    expect(short.readState()).toEqual(whole.state);
    for (const session of [first, second, short]) session.dispose();
  });

  it("end at a cancel with the state of the steps that were done", async () => {
    const optimizer = "nadam"; // has a state that is a number, which the host works out ahead
    const one = (session: NativeSession, dataset: ReturnType<typeof makeDataset>, steps: number) =>
      session.train(dataset, {
        ...passOf(1, {}),
        order: Uint32Array.from({ length: 8 * steps }, (_, i) => i % COUNT),
        learningRates: new Float64Array(steps).fill(0.01),
      });
    const dataset = makeDataset();
    const cancelled = makeSession("repeat", { optimizer });
    const work = one(cancelled, dataset, 20_000);
    setTimeout(() => cancelled.cancel(), 100);
    const { status, steps } = await work;
    expect(status).toBe("cancelled");
    expect(steps).toBeGreaterThan(0);
    const whole = makeSession("repeat", { optimizer });
    await one(whole, dataset, steps);
    expect(cancelled.readState()).toEqual(whole.readState());
    cancelled.dispose();
    whole.dispose();
  });

  it("refuse another name", () => {
    expect(() => makeSession("grph", {})).toThrow(
      "OPTIMBENCH_STEP is 'grph'; it can be plain, eager, repeat or graph",
    );
  });
});
