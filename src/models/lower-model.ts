import type { Semantics } from "../catalogue/semantics.js";
import { configError, withPath } from "../errors.js";
import type { Parameter } from "../formula/plan-update.js";
import { sizeOf } from "../formula/shapes.js";
import { countText, integerText } from "../validation/count-text.js";
import { checkFrozen } from "./frozen-layers.js";
import { isNamed } from "./layer-names.js";
import type { ResolvedLayer, ResolvedPlainLayer, ResolvedResidual } from "./layers.js";
import { type LoweredLayer, lowerActivation, lowerLayer } from "./lower-layer.js";
import type { ResolvedModel } from "./models.js";
import type { NativeLayer, Shape } from "./native-layer.js";

/** Rejects mistakes such as 65,536 x 65,536 units before native code. */
const MAX_PARAMETERS = 1e9;

/** A model for native code, and its parameters. */
export interface LoweredModel {
  readonly layers: readonly NativeLayer[];
  readonly parameters: readonly Parameter[];
  /** The total number of values in the parameters. */
  readonly parameterCount: number;
}

/**
 * Computes every shape, padding and initial weight of a model. Activations become separate layers, and residual blocks become
 * branches that end in a sum.
 *
 * @param options.input shape of one image, [channels, height, width]
 * @param options.frozen names of layers that training leaves as they are
 * @throws OptimbenchError (CONFIG) if a layer does not fit its input, or the model does not end in `classes` logits
 */
export function lowerModel(
  model: ResolvedModel,
  options: {
    readonly input: Shape;
    readonly classes: number;
    readonly semantics: Semantics;
    readonly frozen?: readonly string[] | undefined;
  },
): LoweredModel {
  const { frozen = [] } = options;
  const lowering = new Lowering(options.semantics, frozen);
  const { shape } = lowering.chain(
    model.layers,
    { place: -1, shape: options.input, isFlat: false },
    "model.layers",
    "",
  );
  const { layers, parameters } = lowering;
  const parameterCount = parameters.reduce((sum, each) => sum + sizeOf(each.shape), 0);
  checkLogits(model, shape, options.classes);
  checkSize(parameterCount);
  checkFrozen(frozen, layers, parameters);
  return { layers, parameters, parameterCount };
}

/** The output of the layer at `place`; -1 is the image. */
interface Value {
  readonly place: number;
  readonly shape: Shape;
  /** Whether it has one axis in the frameworks. */
  readonly isFlat: boolean;
}

/** The layers whose output has one axis. All others keep the number of axes. */
const FLATTENING: readonly string[] = ["flatten", "globalMaxPool2d", "globalAveragePool2d"];

class Lowering {
  readonly layers: NativeLayer[] = [];
  readonly parameters: Parameter[] = [];
  readonly #semantics: Semantics;
  readonly #frozen: readonly string[];

  constructor(semantics: Semantics, frozen: readonly string[]) {
    this.#semantics = semantics;
    this.#frozen = frozen;
  }

  /**
   * Lowers a list of layers.
   *
   * @param path of the list in the config, for messages
   * @param prefix of the layers' names
   * @returns the output of the last layer
   */
  chain(layers: readonly ResolvedLayer[], input: Value, path: string, prefix: string): Value {
    const seen = new Map<string, number>();
    let value = input;
    for (const [index, layer] of layers.entries()) {
      const place = `${path}[${index}]`;
      const number = seen.get(layer.type) ?? 0;
      seen.set(layer.type, number + 1);
      const name = `${prefix}${layer.type}_${number}`;
      if (layer.type === "residual") value = this.#residual(layer, value, place, name);
      else {
        const lowered = this.#lower(layer, value, place);
        const isFlat = value.isFlat || FLATTENING.includes(layer.type);
        const frozen = isNamed(name, this.#frozen) && hasTensors(lowered) && { frozen: true };
        this.parameters.push(
          ...lowered.parameters.map((each) => ({ ...each, name: `${name}.${each.name}`, ...frozen })),
        );
        const relu = value !== input && this.#takeRelu(lowered);
        value = this.#append({ ...lowered.layer, name, ...frozen }, relu ? relu.from : [value.place], isFlat);
        if (relu) value = this.#append({ ...relu.layer, output: value.shape }, [value.place], isFlat);
      }
      if ("activation" in layer && layer.activation !== undefined && layer.type !== "activation") {
        const activation = lowerActivation(layer.activation, this.#semantics);
        value = this.#append(
          { ...activation, output: value.shape, name: `${name}.activation` },
          [value.place],
          value.isFlat,
        );
      }
    }
    return value;
  }

  #lower(layer: ResolvedPlainLayer, input: Value, place: string): LoweredLayer {
    try {
      return lowerLayer(layer, input.shape, input.isFlat, this.#semantics, `\`${place}\` (${layer.type})`);
    } catch (error) {
      throw withPath(error, place);
    }
  }

  #residual(layer: ResolvedResidual, input: Value, place: string, name: string): Value {
    const main = this.chain(layer.layers, input, `${place}.layers`, `${name}.`);
    const shortcut =
      layer.shortcut === undefined
        ? input
        : this.chain(layer.shortcut, input, `${place}.shortcut`, `${name}.shortcut.`);
    if (main.shape.join() !== shortcut.shape.join()) throw unlike(layer, main.shape, shortcut.shape, place);
    return this.#append({ kind: "sum", output: main.shape, name }, [main.place, shortcut.place], main.isFlat);
  }

  #append(layer: NativeLayer, from: readonly number[], isFlat: boolean): Value {
    const place = this.layers.length;
    const implied = from.length === 1 && from[0] === place - 1;
    this.layers.push(implied ? layer : { ...layer, from });
    return { place, shape: layer.output, isFlat };
  }

  /**
   * Moves a ReLU directly before a max-pool behind it: max(relu(x)) = relu(max(x)), also for gradients, with a quarter of the
   * work for a 2 x 2 window. This removes such a ReLU, the last layer.
   */
  #takeRelu(next: LoweredLayer): { layer: NativeLayer; from: readonly number[] } | undefined {
    const last = this.layers.at(-1);
    if (next.layer.kind !== "maxPool2d" || last?.kind !== "activation" || last.activation !== "relu")
      return undefined;
    this.layers.pop();
    const { from = [this.layers.length - 1], ...layer } = last;
    return { layer, from };
  }
}

/** Whether a layer has parameters or running statistics. */
const hasTensors = ({ layer, parameters }: LoweredLayer) =>
  parameters.length > 0 || layer.kind === "batchNorm2d";

const text = ([channels, height, width]: Shape) =>
  height * width === 1
    ? countText(channels, "output")
    : `${height} x ${width} with ${countText(channels, "channel")}`;

function unlike(layer: ResolvedResidual, main: Shape, other: Shape, place: string): Error {
  const strides = Math.max(1, Math.round(other[1] / main[1]));
  const conv = `{ type: "conv2d", filters: ${main[0]}, kernelSize: 1, strides: ${strides} }`;
  const [what, advice] =
    layer.shortcut === undefined
      ? ["its input", `Add a \`shortcut\`, such as [${conv}], or make its layers keep the shape.`]
      : ["the output of its shortcut", "Make both shapes equal."];
  return configError(
    `\`${place}\` (residual) cannot add the output of its layers, ${text(main)}, to ${what}, ${text(other)}. ${advice}`,
    place,
  );
}

function checkSize(parameterCount: number): void {
  if (parameterCount === 0)
    throw configError("The model has no parameters to train. Add a `dense` or `conv2d` layer.", "model");
  if (parameterCount <= MAX_PARAMETERS) return;
  const most = integerText(MAX_PARAMETERS);
  throw configError(
    `The model has ${integerText(parameterCount)} parameters; at most ${most} are supported. Use fewer units or filters.`,
    "model",
  );
}

function checkLogits(model: ResolvedModel, shape: Shape, classes: number): void {
  const [channels, height, width] = shape;
  if (channels === classes && height === 1 && width === 1) return;
  const last = model.layers.length - 1;
  throw configError(
    `\`model.layers[${last}]\` (${model.layers[last]!.type}) gives ${text(shape)}, but the dataset has ${classes} classes. ` +
      `End the model with { type: "dense", units: ${classes} }.`,
    `model.layers[${last}]`,
  );
}
