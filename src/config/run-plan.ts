import { readOptionsOf } from "../data/read-options.js";
import type { LossGraph } from "../formula/graph.js";
import { type Parameter, type PlannedUpdate, planUpdate } from "../formula/plan-update.js";
import { lossGraph, type ResolvedLoss, resolveLoss } from "../losses/losses.js";
import { lowerModel } from "../models/lower-model.js";
import type { NativeLayer, Shape } from "../models/native-layer.js";
import {
  momentumOf,
  type ResolvedOptimizer,
  resolveOptimizer,
  updateGraph,
} from "../optimizers/optimizers.js";
import { changesMomentum } from "../schedules/schedules.js";
import { deepFreeze } from "../validation/deep-freeze.js";
import { within } from "../validation/path-text.js";
import { checkMomentum, checkRates } from "./check-schedule.js";
import {
  type DatasetInfo,
  type ResolvedSharedConfig,
  type ResolvedTrainConfig,
  resolveConfig,
} from "./resolved-config.js";
import type { ParsedSharedConfig, ParsedTrainConfig } from "./train-config.js";

/** A run that can start: its config with every default filled in, and everything that is derived from it once. */
export interface RunPlan {
  readonly config: ResolvedTrainConfig;
  /** The shape of one image, [channels, height, width]. */
  readonly input: Shape;
  readonly classes: number;
  readonly layers: readonly NativeLayer[];
  readonly loss: LossGraph;
  readonly update: PlannedUpdate;
}

/** The part of a plan that all runs of a study share: everything but optimizer, loss and seed. */
interface SharedPlan extends Pick<RunPlan, "input" | "classes" | "layers"> {
  readonly parameters: readonly Parameter[];
  readonly config: ResolvedSharedConfig;
}

interface PlannedOptimizer {
  readonly config: ResolvedOptimizer;
  readonly update: PlannedUpdate;
}

interface PlannedLoss {
  readonly config: ResolvedLoss;
  readonly graph: LossGraph;
}

/**
 * Fills in every default, including those that depend on the dataset, lowers the model and compiles the formulas.
 *
 * @param places the paths of optimizer and loss in the caller's config, for messages
 * @throws OptimbenchError (CONFIG, FORMULA) if the config does not describe a valid run on this dataset
 */
export function planRun(
  config: ParsedTrainConfig,
  dataset: DatasetInfo,
  places: Readonly<Record<"optimizer" | "loss", string>> = { optimizer: "optimizer", loss: "loss" },
): RunPlan {
  const shared = planShared(config, dataset);
  const { semantics } = config;
  return runOf(shared, {
    optimizer: planOptimizer(
      resolveOptimizer(config.optimizer, semantics, places.optimizer),
      shared,
      places.optimizer,
    ),
    loss: planLoss(resolveLoss(config.loss, semantics, dataset.classes, places.loss), places.loss),
    seed: config.seed,
  });
}

export function planShared(config: ParsedSharedConfig, dataset: DatasetInfo): SharedPlan {
  const { semantics } = config;
  const { height, width, channels, classes } = dataset;
  const input: Shape = [channels, height, width];
  const resolved = deepFreeze(resolveConfig(config, dataset));
  const { layers, parameters } = lowerModel(resolved.model, { input, classes, semantics });
  return {
    config: resolved,
    input,
    classes,
    layers,
    parameters,
  };
}

/** @param where the optimizer's path in the whole config, for messages */
export function planOptimizer(
  config: ResolvedOptimizer,
  { config: { schedule, split, batchSize, gradientAccumulation, epochs }, parameters }: SharedPlan,
  where: string,
): PlannedOptimizer {
  checkMomentum(schedule, config, where);
  const changing = changesMomentum(schedule) ? [momentumOf(config)!] : [];
  const update = planUpdate(updateGraph(config, { changing, where }), parameters, within(where, "formula"));
  const length = {
    learningRate: config.learningRate,
    stepsPerEpoch: Math.ceil(split.train / (batchSize * gradientAccumulation)),
    epochs,
  };
  checkRates(schedule, { optimizer: config, update }, length, where);
  return { config: deepFreeze(config), update };
}

/** @param where the loss's path in the whole config, for messages */
export const planLoss = (config: ResolvedLoss, where: string): PlannedLoss => ({
  config: deepFreeze(config),
  graph: lossGraph(config, where),
});

/** The plan of one run: the shared part with an optimizer, a loss and a seed. */
export function runOf(
  shared: SharedPlan,
  run: { readonly optimizer: PlannedOptimizer; readonly loss: PlannedLoss; readonly seed: number },
): RunPlan {
  const { dataset, dataDir, split, model, device, threads, untimedSteps, ...rest } = shared.config;
  return {
    ...shared,
    config: Object.freeze({
      dataset,
      ...(dataDir === undefined ? {} : { dataDir }),
      ...readOptionsOf(shared.config),
      split,
      model,
      loss: run.loss.config,
      optimizer: run.optimizer.config,
      ...rest,
      seed: run.seed,
      device,
      threads,
      untimedSteps,
    }),
    loss: run.loss.graph,
    update: run.optimizer.update,
  };
}
