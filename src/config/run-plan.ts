import { readOptionsOf } from "../data/read-options.js";
import type { LossGraph } from "../formula/graph.js";
import { type Parameter, type PlannedUpdate, planUpdate } from "../formula/plan-update.js";
import { lossGraph, resolveLoss } from "../losses/losses.js";
import { lowerModel } from "../models/lower-model.js";
import type { NativeLayer, Shape } from "../models/native-layer.js";
import { lowerPreset } from "../models/preset-fit.js";
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
import type { Weights } from "./initial-weights.js";
import { Once } from "./once.js";
import {
  type DatasetInfo,
  type ResolvedSharedConfig,
  type ResolvedTrainConfig,
  resolveConfig,
} from "./resolved-config.js";
import { stepsAnEpoch } from "./steps-an-epoch.js";
import type { ParsedTrainConfig } from "./train-config.js";

/** A run that can start: its config with every default filled in, and everything that is derived from it once. */
export interface RunPlan {
  readonly config: ResolvedTrainConfig;
  /** The shape of one image, [channels, height, width]. */
  readonly input: Shape;
  readonly classes: number;
  readonly layers: readonly NativeLayer[];
  /** In the order of the layers. */
  readonly parameters: readonly Parameter[];
  /** What training starts from; undefined for random weights. */
  readonly weights?: Weights;
  readonly loss: LossGraph;
  readonly update: PlannedUpdate;
}

/** The paths of optimizer and loss in the caller's config, for messages. */
type Places = Readonly<Record<"optimizer" | "loss", string>>;

/**
 * Fills in every default, including those that depend on the dataset, lowers the model and compiles the formulas.
 *
 * @param places the paths of optimizer and loss in the caller's config, for messages
 * @param once what other runs have in common with this one
 * @param weights those of `initialWeights`
 * @throws OptimbenchError (CONFIG, FORMULA) if the config does not describe a valid run on this dataset
 */
export function planRun(
  config: ParsedTrainConfig,
  dataset: DatasetInfo,
  places: Places = { optimizer: "optimizer", loss: "loss" },
  once = new Once(),
  weights?: Weights,
): RunPlan {
  const { semantics, seed, name, targets } = config;
  const { height, width, channels, classes } = dataset;
  const input: Shape = [channels, height, width];
  const resolved = resolveConfig(config, dataset, once, weights);
  const { model, frozen } = resolved;
  const task = { input, classes, semantics, frozen };
  const { layers, parameters } = once.of("layers", [model, input, classes, semantics, frozen], () =>
    typeof config.model === "string" ? lowerPreset(config.model, model, task) : lowerModel(model, task),
  );
  const optimizer = once.of("optimizer", [config.optimizer, semantics], () =>
    deepFreeze(resolveOptimizer(config.optimizer, semantics, places.optimizer)),
  );
  const loss = once.of("loss", [config.loss, semantics, classes], () =>
    deepFreeze(resolveLoss(config.loss, semantics, classes, places.loss)),
  );
  const {
    dataset: _,
    dataDir,
    split,
    standardise,
    model: __,
    device,
    threads,
    untimedSteps,
    testEvaluation,
    ...rest
  } = resolved;
  return {
    config: Object.freeze({
      ...(name === undefined ? {} : { name }),
      dataset: dataset.name,
      ...(dataDir === undefined ? {} : { dataDir }),
      ...readOptionsOf(resolved),
      split,
      ...(standardise && { standardise }),
      model,
      loss,
      optimizer,
      ...rest,
      seed,
      ...(targets && { targets: deepFreeze(targets) }),
      device,
      threads,
      untimedSteps,
      ...(testEvaluation === false && { testEvaluation }),
    }),
    input,
    classes,
    layers,
    parameters,
    ...(weights && { weights }),
    loss: once.of("loss graph", [loss], () => lossGraph(loss, places.loss)),
    update: planOptimizer(optimizer, resolved, parameters, places.optimizer, once),
  };
}

function planOptimizer(
  optimizer: ResolvedOptimizer,
  shared: ResolvedSharedConfig,
  parameters: readonly Parameter[],
  where: string,
  once: Once,
): PlannedUpdate {
  const { schedule, epochs } = shared;
  checkMomentum(schedule, optimizer, where);
  const changing = changesMomentum(schedule) ? [momentumOf(optimizer)!] : [];
  const formula = once.of("formula", [optimizer], () => {
    const { learningRate: _, label: __, ...rest } = optimizer; // neither is part of the graph
    return rest;
  });
  const update = once.of("update", [formula, changing, parameters], () => {
    const graph = once.of("update graph", [formula, changing], () =>
      updateGraph(optimizer, { changing, where }),
    );
    return planUpdate(graph, parameters, within(where, "formula"));
  });
  const { learningRate } = optimizer;
  const stepsPerEpoch = stepsAnEpoch(shared);
  checkRates(schedule, { optimizer, update }, { learningRate, stepsPerEpoch, epochs }, where);
  return update;
}
