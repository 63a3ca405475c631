import type { Semantics } from "../config/semantics.js";
import { configError } from "../errors.js";
import { lowerLayer } from "./lower-layer.js";
import type { ResolvedModel } from "./models.js";
import type { NativeLayer, Shape } from "./native-layer.js";

/** Keeps a slip such as 65,536 x 65,536 units from native code. */
const MAX_PARAMETERS = 1e9;

/** A model as native code runs it, and how many numbers it learns. */
export interface LoweredModel {
  readonly layers: readonly NativeLayer[];
  readonly parameterCount: number;
}

/**
 * Works out every shape, padding and initial weight of a model; activations become layers of their own.
 *
 * @param options.input shape of one image, [channels, height, width]
 * @throws OptimbenchError (CONFIG) where a layer does not fit its input, or the model does not end in `classes` logits
 */
export function lowerModel(
  model: ResolvedModel,
  options: { readonly input: Shape; readonly classes: number; readonly semantics: Semantics },
): LoweredModel {
  const layers: NativeLayer[] = [];
  let shape = options.input;
  let parameterCount = 0;
  for (const [index, layer] of model.layers.entries()) {
    const lowered = lowerLayer(layer, shape, options.semantics, `\`model.layers[${index}]\` (${layer.type})`);
    append(layers, lowered.layer);
    parameterCount += lowered.parameterCount;
    shape = lowered.layer.output;
    if ((layer.type === "conv2d" || layer.type === "dense") && layer.activation !== undefined)
      append(layers, { kind: "activation", output: shape, activation: layer.activation });
  }
  checkSize(parameterCount);
  checkLogits(model, shape, options.classes);
  return { layers, parameterCount };
}

/**
 * A ReLU directly before a max-pool goes behind it: max(relu(x)) = relu(max(x)), gradients included,
 * with a quarter of the work under a 2 x 2 window.
 */
function append(layers: NativeLayer[], next: NativeLayer): void {
  const last = layers.at(-1);
  if (next.kind === "maxPool2d" && last?.kind === "activation" && last.activation === "relu")
    layers.splice(-1, 1, next, { ...last, output: next.output });
  else layers.push(next);
}

function checkSize(parameterCount: number): void {
  if (parameterCount <= MAX_PARAMETERS) return;
  const most = MAX_PARAMETERS.toLocaleString("en");
  throw configError(
    `The model has ${parameterCount.toLocaleString("en")} parameters; at most ${most} are supported. Use fewer units or filters.`,
  );
}

function checkLogits(model: ResolvedModel, [channels, height, width]: Shape, classes: number): void {
  if (channels === classes && height === 1 && width === 1) return;
  const last = model.layers.length - 1;
  const found =
    height * width === 1 ? `${channels} outputs` : `${height} x ${width} with ${channels} channels`;
  throw configError(
    `\`model.layers[${last}]\` (${model.layers[last]!.type}) gives ${found}, but the dataset has ${classes} classes. ` +
      `End the model with { type: "dense", units: ${classes} }.`,
  );
}
