import { configError } from "../errors.js";
import type { Parameter } from "../formula/plan-update.js";
import { didYouMean } from "../validation/nearest.js";
import { namesLayer } from "./layer-names.js";
import type { NativeLayer } from "./native-layer.js";

/** @throws OptimbenchError (CONFIG) if a name is not that of layers with parameters, or nothing is left to train */
export function checkFrozen(
  frozen: readonly string[],
  layers: readonly NativeLayer[],
  parameters: readonly Parameter[],
): void {
  const names = layers.filter((layer) => layer.frozen).map(({ name }) => name);
  const unknown = frozen.findIndex((name) => !names.some((layer) => namesLayer(name, layer)));
  if (unknown >= 0) {
    const all = [...new Set(parameters.map(({ name }) => name.slice(0, name.lastIndexOf("."))))];
    const path = `frozen[${unknown}]`;
    throw configError(
      `\`${path}\` is "${frozen[unknown]}", but the model has no such layer with parameters.${didYouMean(frozen[unknown]!, all)} Its layers are ${all.join(", ")}.`,
      path,
    );
  }
  if (frozen.length > 0 && parameters.every((each) => each.frozen))
    throw configError("`frozen` names all layers with parameters. Leave at least one to train.", "frozen");
}
