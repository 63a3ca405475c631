import { errorInStudy } from "../config/config-path.js";
import type { Weights } from "../config/initial-weights.js";
import type { RunPlan } from "../config/run-plan.js";
import type { GivenArm } from "../config/study-arms.js";
import { loadWeights } from "../training/weights/load-weights.js";
import { matchWeights } from "../training/weights/match-weights.js";

/**
 * Loads the weights that arms start from, each once.
 *
 * @throws OptimbenchError (CONFIG, FILE, DISPOSED) by rejection
 */
export async function loadStudyWeights(arms: readonly GivenArm[]) {
  const loaded = new Map<GivenArm["config"]["initialWeights"], Weights>();
  for (const { config, places } of arms) {
    const { initialWeights } = config;
    if (initialWeights === undefined || loaded.has(initialWeights)) continue;
    try {
      loaded.set(initialWeights, await loadWeights(initialWeights));
    } catch (error) {
      throw errorInStudy(error, places);
    }
  }
  return loaded;
}

/** @throws OptimbenchError (CONFIG) if the weights of a run do not fit its model */
export function checkWeights(plan: RunPlan): void {
  if (plan.weights !== undefined) matchWeights(plan, plan.weights);
}
