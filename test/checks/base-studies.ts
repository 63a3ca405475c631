import { compare } from "../../src/index.js";
import type { Study } from "../../src/study/study.js";
import type { RunRecord } from "../../src/training/run-record.js";

/** Six of two arms can be told apart, seven of three. */
const SEEDS = 7;

/** A real study on which nothing is to be found: two tasks, enough seeds, given rates. Its times are those of a quiet machine. */
export const goodStudy = async (): Promise<Study> =>
  onQuietMachine(
    await compare({
      model: "mlp",
      optimizers: [
        { name: "adam", label: "adam", learningRate: 0.003 },
        { name: "sgd", label: "sgd", learningRate: 0.05, momentum: 0.9 },
      ],
      vary: { dataset: ["digits", "mnist-10k"] },
      split: { train: 320, validation: 200 },
      epochs: 2,
      seeds: SEEDS,
      untimedSteps: false,
    }),
  );

/** The study with other runs. */
export const mapRuns = (study: Study, change: (run: RunRecord, index: number) => RunRecord): Study => ({
  ...study,
  runs: study.runs.map(change),
});

/** One run after another, each epoch in a second. */
const onQuietMachine = (study: Study) =>
  mapRuns(study, (run, index) => ({
    ...run,
    startedAt: new Date(Date.UTC(2026, 0, 1) + 10_000 * index).toISOString(),
    history: run.history.map((epoch) => ({
      ...epoch,
      seconds: { train: epoch.epoch === 0 ? 0 : 1, evaluate: 0.1 },
    })),
    seconds: { train: run.history.length - 1, evaluate: 0.1 * run.history.length, untimedSteps: 0, total: 5 },
  }));

/** The study with runs on two machines. */
export function onMachines(study: Study, machineOf: (run: RunRecord) => 1 | 2): Study {
  const { cpu, cpuQuota, instructionSet, kernels } = study.environment;
  const { threads } = study.runs[0]!.config;
  const machine = { cpu, cpuQuota, instructionSet, kernels, threads };
  return { ...mapRuns(study, (run) => ({ ...run, machine: machineOf(run) })), machines: [machine, machine] };
}

export const isOf = (run: RunRecord, optimizer: string, dataset?: string): boolean =>
  run.config.optimizer.name === optimizer && (dataset === undefined || run.config.dataset === dataset);

/** The run with another validation accuracy after an epoch, by default the last. */
export const withAccuracy = (run: RunRecord, accuracy: number, at = run.history.length - 1): RunRecord => ({
  ...run,
  history: run.history.map((epoch, i) =>
    i === at ? { ...epoch, validation: { ...epoch.validation, accuracy } } : epoch,
  ),
});
