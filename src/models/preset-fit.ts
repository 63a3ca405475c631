import type { Semantics } from "../catalogue/semantics.js";
import { configError, OptimbenchError } from "../errors.js";
import { type LoweredModel, lowerModel } from "./lower-model.js";
import { MODEL_NAMES, type ModelName, type ResolvedModel, resolveModel } from "./models.js";
import type { Shape } from "./native-layer.js";

interface Task {
  /** Shape of one image, [channels, height, width]. */
  readonly input: Shape;
  readonly classes: number;
  readonly semantics: Semantics;
  readonly frozen?: readonly string[] | undefined;
}

/** The largest size of images that is advised. */
const MOST_SIDE = 64;

/** Whether every window of a preset fits into its input. */
function fits(name: ModelName, task: Task): boolean {
  try {
    lowerModel(resolveModel(name, task), { ...task, frozen: undefined });
    return true;
  } catch (error) {
    if (error instanceof OptimbenchError) return false;
    throw error;
  }
}

/**
 * Lowers a preset as `lowerModel` does.
 *
 * @throws OptimbenchError (CONFIG) if images are too small for it, with the presets that they fit and the size that would fit
 */
export function lowerPreset(name: ModelName, model: ResolvedModel, task: Task): LoweredModel {
  try {
    return lowerModel(model, task);
  } catch (cause) {
    if (!(cause instanceof OptimbenchError)) throw cause;
    throw tooSmall(name, task) ?? cause;
  }
}

function tooSmall(name: ModelName, task: Task): OptimbenchError | undefined {
  const [channels, height, width] = task.input;
  const side = Array.from({ length: MOST_SIDE }, (_, i) => i + 1).find((size) =>
    fits(name, { ...task, input: [channels, size, size] }),
  );
  if (side === undefined || side <= Math.min(height, width)) return undefined;
  const others = MODEL_NAMES.filter((other) => fits(other, task));
  const choices = [
    ...others.map((other) => `"${other}" (--model ${other})`),
    "a list of layers",
    `larger images (--resize ${side})`,
  ];
  return configError(
    `\`model\` is "${name}", whose windows are too large for images of ${height} x ${width}. Use ${choices.join(", ").replace(/, ([^,]*)$/, " or $1")}.`,
    "model",
  );
}
