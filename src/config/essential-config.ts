import { isCustom } from "../schedules/schedules.js";
import type { ResolvedInitialWeights, ResolvedTrainConfig } from "./resolved-config.js";
import type { ArmConfig } from "./resolved-study.js";

/**
 * The part of a config that numbers depend on: without names, without the number of threads, and without where the data is. The
 * dataset counts by its content, and the device by its kind.
 */
export function essentialConfig(
  config: ArmConfig & Partial<ResolvedTrainConfig>,
): Readonly<Record<string, unknown>> {
  const {
    name: _,
    dataset: __,
    dataDir: ___,
    labelFile: ____,
    threads: _____,
    untimedSteps: ______,
    targets: _______,
    device,
    model,
    optimizer,
    loss,
    schedule,
    initialWeights,
    ...rest
  } = config;
  return {
    ...rest,
    ...(initialWeights && { initialWeights: contentOf(initialWeights) }),
    device: device.replace(/:.*/, ""),
    model: { layers: model.layers },
    optimizer: unnamed(optimizer, optimizer.semantics === "custom"),
    loss: unnamed(loss, loss.semantics === "custom"),
    schedule: unnamed(schedule, isCustom(schedule)),
  };
}

/** Weights count by their content, not by where they are. */
const contentOf = ({ from: _, ...content }: ResolvedInitialWeights) => content;

/** Without the names that users choose: a label, and the name of a custom formula. */
function unnamed(choice: { readonly name: string; readonly label?: string | undefined }, isCustom: boolean) {
  const { label: _, name, ...settings } = choice;
  return isCustom ? settings : { name, ...settings };
}
