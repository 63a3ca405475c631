import type { ResolvedTrainConfig } from "../../src/config/resolved-config.js";
import { randomStream } from "../../src/data/random.js";
import type { EpochRecord, RunStatus } from "../../src/history/epoch-record.js";
import type { Study } from "../../src/study/study.js";
import type { RunRecord } from "../../src/training/run-record.js";

/** The properties of a synthetic run. Curves rise to `reaches` at `pace`. */
export interface ExampleRun {
  readonly optimizer: string;
  readonly label?: string;
  readonly dataset?: string;
  /** The name of the model. */
  readonly model?: string;
  readonly learningRate?: number;
  readonly loss?: string;
  readonly seed?: number;
  readonly epochs?: number;
  readonly status?: RunStatus;
  readonly reaches?: number;
  readonly pace?: number;
  readonly secondsAnEpoch?: number;
  readonly test?: boolean;
}

export const FORMULAS: Record<string, string> = {
  adam: "m = beta1 * m + (1 - beta1) * g\nv = beta2 * v + (1 - beta2) * g ** 2\ntheta = theta - learningRate * sqrt(1 - beta2 ** t) / (1 - beta1 ** t) * m / (sqrt(v) + epsilon)",
  sgd: "theta = theta - learningRate * g",
  rmsprop: "v = rho * v + (1 - rho) * g ** 2\ntheta = theta - learningRate * g / sqrt(v + epsilon)",
  adagrad: "a = a + g ** 2\ntheta = theta - learningRate * g / sqrt(a + epsilon)",
};

/** Keras 3's. */
const defaultRate = (optimizer: string) => (optimizer === "sgd" ? 0.01 : 0.001);

const SHARED = {
  dataset: "mnist-10k",
  split: { train: 8000, validation: 2000 },
  model: { name: "paper-cnn", layers: [{ type: "flatten" }] },
  semantics: "keras3",
  schedule: { name: "constant" },
  epochs: 6,
  batchSize: 32,
  gradientAccumulation: 1,
  microBatch: 16,
  device: "cpu",
  threads: 2,
  untimedSteps: true,
} as const satisfies Partial<ResolvedTrainConfig>;

/** Allows any name, which the type does not. */
const exampleLoss = (name: string) =>
  ({
    name,
    semantics: "keras3",
    formula: name === "meanSquaredError" ? "mean((softmax(z) - y) ** 2)" : "-sum(y * logSoftmax(z))",
  }) as ResolvedTrainConfig["loss"];

const exampleOptimizer = (
  name: string,
  settings: { readonly label?: string; readonly learningRate: number },
) =>
  ({
    name,
    ...settings,
    semantics: "keras3",
    ...(name === "adam" ? { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } : {}),
    formula: FORMULAS[name] ?? "theta = theta - learningRate * g",
  }) as ResolvedTrainConfig["optimizer"];

/** A synthetic run with plausible curves. The same input gives the same run. */
export function exampleRun(example: ExampleRun): RunRecord {
  const {
    optimizer,
    label,
    learningRate = defaultRate(optimizer),
    loss = "sparseCategoricalCrossentropy",
    dataset = SHARED.dataset,
    model = SHARED.model.name,
  } = example;
  const { seed = 0, epochs = 6, status = "completed", secondsAnEpoch = 4 } = example;
  const history = exampleHistory(example);
  const sum = (key: "train" | "evaluate") => history.reduce((total, epoch) => total + epoch.seconds[key], 0);
  const last = history.at(-1);
  return {
    config: {
      ...SHARED,
      dataset,
      model: { ...SHARED.model, name: model },
      loss: exampleLoss(loss),
      optimizer: exampleOptimizer(optimizer, {
        ...(label === undefined ? {} : { label }),
        learningRate,
      }),
      epochs,
      seed,
    },
    dataset: {
      name: dataset,
      count: 10_000,
      height: 28,
      width: 28,
      channels: 1,
      classes: 10,
    },
    startedAt: "2026-01-02T03:04:05.000Z",
    status,
    history,
    ...(example.test && last ? { test: last.validation } : {}),
    seconds: {
      train: sum("train"),
      evaluate: sum("evaluate"),
      untimedSteps: 0.4,
      total: epochs * secondsAnEpoch * 1.1 + 0.9,
    },
    parametersSha256: { initial: `initial-${seed}`, final: `final-${optimizer}-${seed}` },
  };
}

function exampleHistory(example: ExampleRun): EpochRecord[] {
  const {
    optimizer,
    epochs = 6,
    status = "completed",
    learningRate = defaultRate(optimizer),
    seed = 0,
  } = example;
  const { reaches = 0.98, pace = 1.2, secondsAnEpoch = 4 } = example;
  const noise = randomStream(seed, "samples", optimizer.length * 100 + optimizer.charCodeAt(0));
  const jitter = (size: number) => (noise() / 2 ** 32 - 0.5) * size;
  const last = status === "completed" ? epochs : Math.floor(epochs / 2);
  return Array.from({ length: last + 1 }, (_, epoch) => {
    const lost = status === "diverged" && epoch === last && epoch > 0;
    const trainError = 0.9 * Math.exp(-pace * epoch ** 0.8) + (1 - reaches) * 0.6;
    const validationError = 0.9 * Math.exp(-pace * (epoch * 1.3) ** 0.8) + (1 - reaches);
    const metrics = (error: number) => {
      const share = Math.min(0.999, Math.max(0.0005, error + jitter(0.15 * error)));
      return {
        loss: lost ? null : 3.2 * share ** 0.9,
        accuracy: lost ? 0.0985 : Math.round((1 - share) * 2000) / 2000,
      };
    };
    const evaluated = (of: ReturnType<typeof metrics>) => ({
      ...of,
      negativeLogLikelihood: lost ? null : 2 * (1 - of.accuracy),
      calibrationError: lost ? null : (1 - of.accuracy) / 4,
    });
    return {
      epoch,
      learningRate,
      train: metrics(epoch === 0 ? 0.9 : trainError),
      validation: evaluated(metrics(epoch === 0 ? 0.9 : validationError)),
      seconds: { train: epoch === 0 ? 0 : secondsAnEpoch + jitter(0.3), evaluate: 0.3 },
    };
  });
}

export function exampleStudy(examples: readonly ExampleRun[]): Study {
  const runs = examples.map((example, i) => ({
    ...exampleRun(example),
    startedAt: new Date(Date.UTC(2026, 0, 2, 3, 4, 5) + 3_600_000 * i).toISOString(),
  }));
  const distinct = <Value>(value: (config: ResolvedTrainConfig) => Value) => [
    ...new Map(runs.map(({ config }) => [JSON.stringify(value(config)), value(config)])).values(),
  ];
  return {
    schemaVersion: 1,
    createdAt: "2026-01-02T03:04:05.000Z",
    environment: {
      optimbench: "0.1.0",
      node: "20.20.2",
      libtorch: "2.15.0",
      instructionSet: "AVX512",
      kernels: "avx512",
      devices: ["cpu"],
      platform: "linux",
      arch: "x64",
      system: "Linux 6.1",
      glibc: "2.36",
      cpu: "Example CPU @ 2.60GHz",
      threads: 2,
      cpuQuota: null,
      memoryBytes: 2 ** 34,
    },
    config: {
      ...SHARED,
      ...(distinct(({ dataset, model }) => [dataset, model]).length > 1
        ? {
            arms: distinct(({ dataset, model, optimizer, loss }) => ({ dataset, model, optimizer, loss })),
          }
        : {
            optimizers: distinct(({ optimizer }) => optimizer),
            losses: distinct(({ loss }) => loss),
          }),
      seeds: distinct(({ seed }) => seed),
      execution: "sequential",
    },
    runs,
  };
}

/** The same study with parallel runs. */
export const inParallel = (study: Study): Study => ({
  ...study,
  config: { ...study.config, execution: "parallel" },
});

/** The paper's four optimizers. */
export const FOUR: readonly ExampleRun[] = [
  { optimizer: "adam", reaches: 0.984, pace: 1.9, secondsAnEpoch: 4.2, test: true },
  { optimizer: "sgd", learningRate: 0.01, reaches: 0.955, pace: 0.75, secondsAnEpoch: 3.6, test: true },
  { optimizer: "rmsprop", reaches: 0.982, pace: 1.8, secondsAnEpoch: 4.0, test: true },
  { optimizer: "adagrad", reaches: 0.9, pace: 0.45, secondsAnEpoch: 3.9, test: true },
];

const withSeeds = (runs: readonly ExampleRun[], seeds: readonly number[]) =>
  seeds.flatMap((seed) => runs.map((run) => ({ ...run, seed })));

export const HOSTILE = `"><script>alert(1)</script>&amp;<img src=x onerror=alert(2)>\u001b[31m|*_\`](javascript:x)\n=1+1`;

/** One study of each kind that a report must support. */
export const STUDIES = {
  fourOptimizers: exampleStudy(withSeeds(FOUR, [0, 1, 2])),
  oneSeed: exampleStudy(FOUR),
  oneRun: exampleStudy([{ optimizer: "adam" }]),
  endedEarly: exampleStudy(
    withSeeds(FOUR, [0, 1, 2]).map((run) => {
      if (run.optimizer === "sgd" && run.seed === 1) return { ...run, status: "diverged" as const };
      if (run.optimizer === "adagrad") return { ...run, status: "diverged" as const };
      return run.optimizer === "rmsprop" && run.seed === 2 ? { ...run, status: "cancelled" as const } : run;
    }),
  ),
  twoLosses: exampleStudy(
    withSeeds(
      ["sparseCategoricalCrossentropy", "meanSquaredError"].flatMap((loss) =>
        FOUR.map((run) => ({ ...run, loss })),
      ),
      [0, 1],
    ),
  ),
  learningRates: exampleStudy(
    withSeeds(
      [0.1, 0.01, 0.001].flatMap((learningRate) => [
        { optimizer: "adam", learningRate },
        { optimizer: "sgd", learningRate },
      ]),
      [0, 1],
    ),
  ),
  hostileNames: exampleStudy([
    { optimizer: HOSTILE, loss: HOSTILE },
    { optimizer: "adam", label: HOSTILE, loss: HOSTILE },
    { optimizer: "ünïcödé ∇θ 🎉", loss: HOSTILE },
  ]),
  earlyStopping: (() => {
    const study = exampleStudy(FOUR);
    const runs = study.runs.map((run, i) => ({ ...run, bestEpoch: 3 + i, stoppedEarly: i % 2 === 0 }));
    return { ...study, runs };
  })(),
  noEpoch: exampleStudy([
    { optimizer: "adam", epochs: 0, status: "cancelled" },
    { optimizer: "sgd", epochs: 0 },
  ]),
  noRun: exampleStudy([]),
  many: exampleStudy(
    Array.from({ length: 20 }, (_, i) => ({
      optimizer: `optimizer${i + 1}`,
      reaches: 0.9 + 0.0045 * i,
      pace: 0.6 + 0.07 * i,
      epochs: 12,
    })),
  ),
  twoDatasets: exampleStudy(
    withSeeds(
      FOUR.flatMap((run) => [
        run,
        { ...run, dataset: "./data/Fashion MNIST", reaches: run.reaches! - 0.09, pace: run.pace! / 2 },
      ]),
      [0, 1, 2],
    ),
  ),
  oneEpoch: exampleStudy(withSeeds(FOUR, [0, 1]).map((run) => ({ ...run, epochs: 1 }))),
  long: exampleStudy(FOUR.map((run) => ({ ...run, epochs: 200, pace: run.pace! / 10 }))),
} as const satisfies Record<string, Study>;
