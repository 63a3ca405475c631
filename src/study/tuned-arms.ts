import { essentialConfig } from "../config/essential-config.js";
import type { ResolvedCompareConfig, ResolvedTrainConfig } from "../config/resolved-config.js";
import { type ArmConfig, armConfigs } from "../config/resolved-study.js";
import type { TunedArm } from "../config/tuning-config.js";
import type { ResolvedOptimizer } from "../optimizers/optimizers.js";
import { canonicalJson } from "../validation/canonical-json.js";

/** Returns how the arm of a run was tuned; undefined for all arms of a study that is not tuned. */
export function tunedArms(study: ResolvedCompareConfig): (run: ResolvedTrainConfig) => TunedArm | undefined {
  const tuned = study.tuning?.arms ?? [];
  if (tuned.length === 0) return () => undefined;
  // `tuning.arms` and the arms of the config are in the same order.
  const byArm = new Map(armConfigs(study).map((arm, i) => [keyOf(arm), tuned[i]]));
  return (run) => byArm.get(keyOf(run));
}

/** The device of a study may be "auto", which no run has. On a GPU, a micro-batch of a run is its whole batch. */
const keyOf = (arm: ArmConfig & Partial<ResolvedTrainConfig>): string =>
  canonicalJson({ ...essentialConfig(arm), dataset: arm.dataset, device: "", microBatch: 0, seed: 0 });

/**
 * Returns what identifies the arm of a run, whatever tuning selected: its config, of a tuned study with the given learning rate, and
 * with "tuned" for the other settings that were searched.
 */
export function identities(study: ResolvedCompareConfig): (run: ResolvedTrainConfig) => ResolvedTrainConfig {
  const tunedArm = tunedArms(study);
  return (run) => {
    const tuned = tunedArm(run);
    return tuned === undefined ? run : { ...run, optimizer: beforeTuning(run.optimizer, tuned) };
  };
}

function beforeTuning(optimizer: ResolvedOptimizer, { space, learningRate }: TunedArm): ResolvedOptimizer {
  const marked = (settings: object) =>
    Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [key, Object.hasOwn(space, key) ? "tuned" : value]),
    );
  const settings =
    optimizer.semantics === "custom"
      ? { ...optimizer, hyperparameters: marked(optimizer.hyperparameters) }
      : { ...marked(optimizer), formula: "" }; // it follows from the settings
  return { ...settings, learningRate } as ResolvedOptimizer;
}
