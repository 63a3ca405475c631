import type { ResolvedTrainConfig } from "../config/resolve-train-config.js";
import type { Dataset } from "../data/dataset.js";
import { withMisfits } from "../formula/misfit.js";
import { lossGraph } from "../losses/losses.js";
import { lowerModel } from "../models/lower-model.js";
import type { Shape } from "../models/native-layer.js";
import { loadNative, type NativeSession, type SessionSpec } from "../native/addon.js";
import { momentumOf, updateGraph } from "../optimizers/optimizers.js";
import { changesMomentum } from "../schedules/schedules.js";

/** The native session that a config describes. @throws OptimbenchError (FORMULA, MEMORY, NATIVE) by rejection */
export async function openSession(spec: SessionSpec): Promise<NativeSession> {
  const { Session } = loadNative();
  const session = new Session(spec);
  try {
    await withMisfits(spec.update, () => session.open());
    return session;
  } catch (error) {
    await session.dispose();
    throw error;
  }
}

export function sessionSpec(config: ResolvedTrainConfig, dataset: Dataset): SessionSpec {
  const input: Shape = [dataset.channels, dataset.height, dataset.width];
  const { classes } = dataset;
  return {
    device: config.device,
    threads: config.threads,
    seed: config.seed,
    microBatch: config.microBatch,
    input,
    classes,
    layers: lowerModel(config.model, { input, classes, semantics: config.semantics }).layers,
    loss: lossGraph(config.loss),
    update: updateGraph(config.optimizer, {
      changing: changesMomentum(config.schedule) ? [momentumOf(config.optimizer)!] : [],
    }),
    ...(config.augmentation && { augmentation: config.augmentation }),
  };
}
