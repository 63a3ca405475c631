import type { ResolvedTrainConfig } from "../config/resolved-config.js";
import { randomStream } from "../data/random.js";
import { friedman } from "../statistics/friedman.js";
import { geometricMean } from "../statistics/geometric-mean.js";
import { interquartileMean } from "../statistics/interquartile-mean.js";
import type { Interval } from "../statistics/interval.js";
import { medianOf } from "../statistics/median.js";
import { criticalDifference, rankGroups } from "../statistics/nemenyi.js";
import { stratifiedInterval } from "../statistics/stratified-bootstrap.js";
import { type Arm, armsOf } from "../study/arms.js";
import { isCompleted } from "../study/compared-runs.js";
import { distinctLabels } from "../study/labels.js";
import type { Study } from "../study/study.js";
import { type Timing, timingOf } from "../study/timing.js";
import { LEVEL } from "../study/too-few-seeds.js";
import { identities } from "../study/tuned-arms.js";
import type { RunRecord } from "../training/run-record.js";
import { finalEpoch } from "../training/run-record.js";
import { timeToTarget } from "../training/time-to-target.js";
import { groupBy } from "../validation/group-by.js";

/** A method, which is what a study compares, over several tasks. */
export interface MethodResult {
  /** What distinguishes it from the other methods, such as "adam". */
  readonly label: string;
  /** Mean of its ranks by mean accuracy, 1 for the best in every task. */
  readonly meanRank: number;
  /**
   * The scores of its runs, one list per task. A score is the lowest mean error of any method in the task, divided by the error of
   * the run: 1 is as good as the task's best, 0.5 has twice as many errors.
   */
  readonly scores: readonly (readonly number[])[];
  /** Interquartile mean of all scores. */
  readonly interquartileMean: number;
  /** Its 95% interval by the stratified bootstrap over seeds; null for one seed. */
  readonly interval: Interval | null;
  /** Number of tasks in which half of its runs reach the target. */
  readonly reached: number;
  /** Geometric mean over tasks of the median seconds to the target; null if a task is missed or times are not comparable. */
  readonly secondsToTarget: number | null;
}

/** The results of a study over several tasks: plain data. */
export interface AcrossTasks {
  /** Such as "digits, dense". */
  readonly tasks: readonly string[];
  /** By mean rank. */
  readonly methods: readonly MethodResult[];
  /** p-value of Friedman's test that all methods are equal. */
  readonly p: number;
  /** The difference of mean ranks beyond which Nemenyi's test tells two methods apart. */
  readonly criticalDifference: number;
  /** The groups that are not told apart, as first and last position in `methods`. */
  readonly groups: readonly (readonly [number, number])[];
  /** Number of seeds. */
  readonly seeds: number;
}

/** Whether methods differ at all (Friedman's test). Otherwise, no two of them are told apart. */
export const isRanked = ({ p }: Pick<AcrossTasks, "p">): boolean => p <= LEVEL;

/** Targets allow this many times the errors of the task's best method. */
export const TARGET_ERRORS = 1.5;

const RESAMPLES = 2000;

/**
 * Aggregates a study over its tasks. Accuracies of different tasks are not comparable, so ranks within each task and scores
 * relative to the task's best are aggregated instead. In a suite, a task is a dataset with a model; otherwise it is a dataset.
 * Undefined unless there are several tasks, in which all methods have finished the same seeds.
 */
export function acrossTasks(study: Study): AcrossTasks | undefined {
  const ofTask = taskKeys(study);
  const arms = armsOf(study);
  const tasks = groupBy(arms, ({ config }) => JSON.stringify(ofTask.map((key) => config[key])));
  const identity = identities(study.config);
  const methods = groupBy(arms, ({ config }) => methodKey(identity(config), ofTask));
  const seeds = new Set(arms.map(({ compared }) => seedsOf(compared)));
  const isWhole = tasks.every(({ length }) => length === methods.length);
  if (tasks.length < 2 || methods.length < 2 || !isWhole || seeds.size > 1) return undefined;
  if (arms.every(({ completed }) => completed.every((run) => finalEpoch(run)!.epoch === 0))) return undefined;
  const errors = tasks.map((task) =>
    methods.map((method) => method.find((arm) => task.includes(arm))!.compared.map(errorOf)),
  );
  const best = errors.map((ofMethods) => Math.min(...ofMethods.map(mean)));
  const { meanRanks, p } = friedman(errors.map((ofMethods) => ofMethods.map((runs) => -mean(runs))));
  const difference = criticalDifference(methods.length, tasks.length);
  const labels = distinctLabels(methods.map(([first]) => identity(first!.config)));
  const timing = timingOf(study);
  const results = methods
    .map((ofMethod, m): MethodResult => {
      const inOrder = tasks.map((task) => ofMethod.find((arm) => task.includes(arm))!);
      const scores = errors.map((ofMethods, task) => ofMethods[m]!.map((error) => best[task]! / error));
      const toTarget = (timed?: Timing) =>
        inOrder.map((arm, task) => medianSeconds(arm, 1 - TARGET_ERRORS * best[task]!, timed));
      const time = geometricMean(toTarget(timing));
      return {
        label: labels[m]!,
        meanRank: meanRanks[m]!,
        scores,
        interquartileMean: interquartileMean(scores.flat()),
        interval:
          scores[0]!.length < 2
            ? null
            : stratifiedInterval(scores, interquartileMean, {
                resamples: RESAMPLES,
                random: randomStream(0, "acrossTasks"),
              }),
        reached: toTarget().filter(Number.isFinite).length,
        secondsToTarget: timing.isTimed && Number.isFinite(time) ? time : null,
      };
    })
    .sort((one, other) => one.meanRank - other.meanRank);
  return {
    tasks: distinctTasks(tasks.map(([first]) => first!.config)),
    methods: results,
    p,
    criticalDifference: difference,
    groups: isRanked({ p })
      ? rankGroups(
          results.map(({ meanRank }) => meanRank),
          difference,
        )
      : [[0, results.length - 1]],
    seeds: errors[0]![0]!.length,
  };
}

type Key = keyof ResolvedTrainConfig;

/** The keys that make up a task. */
const taskKeys = ({ config }: Study): readonly Key[] =>
  config.suite === undefined ? ["dataset", "split"] : ["dataset", "split", "model", "epochs"];

/** A config without task and seed, and without what is derived from the task: loss and model depend on the number of classes. */
const methodKey = (config: ResolvedTrainConfig, ofTask: readonly Key[]): string =>
  JSON.stringify(config, (key, value: unknown) => {
    if (["seed", "threads", "microBatch", ...ofTask].includes(key)) return undefined;
    if (key === "model" && (value as ResolvedTrainConfig["model"]).name !== undefined)
      return (value as ResolvedTrainConfig["model"]).name;
    return value;
  });

const distinctTasks = (configs: readonly ResolvedTrainConfig[]): string[] => {
  const several = new Set(configs.map(({ dataset }) => dataset)).size < configs.length;
  return configs.map(({ dataset, model }) => (several ? `${dataset}, ${model.name ?? "layers"}` : dataset));
};

const seedsOf = (runs: readonly RunRecord[]) =>
  runs
    .map(({ config }) => config.seed)
    .sort((a, b) => a - b)
    .join();

/** The share of wrong images at the end of a run, at least half an image; 1 if it diverged. */
function errorOf(run: RunRecord): number {
  const images = run.validationImages ?? run.config.split.validation;
  return isCompleted(run) ? Math.max(1 - finalEpoch(run)!.validation.accuracy, 0.5 / images) : 1;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The median over an arm's runs, or those with comparable times; infinite if at least half of them miss the accuracy. */
const medianSeconds = ({ compared }: Arm, accuracy: number, timing?: Timing): number =>
  medianOf(
    compared.filter((run) => timing?.has(run) ?? true).map((run) => timeToTarget(run, accuracy).seconds),
  );
