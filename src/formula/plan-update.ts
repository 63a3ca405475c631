import { formulaError } from "./formula-error.js";
import type { Scope, UpdateBlock, UpdateGraph } from "./graph.js";
import { type BlockShapes, inferShapes } from "./infer-shapes.js";
import { type Shape, shapeText, sizeOf } from "./shapes.js";

/** A parameter of a model: its name, and its shape in memory. */
export interface Parameter {
  readonly name: string;
  /** [filters, height, width, channels / groups] for a convolution, [units, inputs] for a dense layer, otherwise one axis. */
  readonly shape: Shape;
  /** Whether training leaves it as it is. Default: false. */
  readonly frozen?: boolean;
}

/** An update for the parameters of one model. */
export interface PlannedUpdate extends UpdateGraph {
  readonly blocks: readonly PlannedBlock[];
}

interface PlannedBlock extends UpdateBlock {
  /** What the block runs on, in order. */
  readonly parts: readonly UpdatePart[];
}

/** One parameter, or the vector of all parameters that are not frozen. */
interface UpdatePart extends BlockShapes {
  /** Its index in the list of parameters; undefined for the whole vector. */
  readonly parameter?: number;
  /** The order of its axes in formulas. */
  readonly axes: readonly number[];
}

/**
 * Plans an update for the parameters of a model.
 *
 * @param path the formula's path in the config, for messages
 * @throws OptimbenchError (FORMULA) that names the parameter, with line and column
 */
export function planUpdate(
  update: UpdateGraph,
  parameters: readonly Parameter[],
  path?: string,
): PlannedUpdate {
  const labels = update.blocks.map(({ on }) => on);
  const blocks = update.blocks.map((block) => {
    const inferred = new Map<string, BlockShapes>(); // by shape: many parameters have the same shape
    const shapesFor = (whole: Shape, where: string) => {
      const found =
        inferred.get(whole.join()) ?? inferShapes(block, whole, misfitIn(update, where, whole, path));
      inferred.set(whole.join(), found);
      return found;
    };
    if (block.on === "all") {
      const count = parameters.reduce((sum, { shape, frozen }) => sum + (frozen ? 0 : sizeOf(shape)), 0);
      return { ...block, parts: [{ axes: [0], ...shapesFor([count], "the parameters") }] };
    }
    const parts = parameters.flatMap(({ name, shape, frozen }, parameter): UpdatePart[] => {
      if (frozen || !takes(block.on, labels, parameters, parameter)) return [];
      const axes = axesOf(shape, update.layout);
      return [
        {
          parameter,
          axes,
          ...shapesFor(
            axes.map((axis) => shape[axis]!),
            name,
          ),
        },
      ];
    });
    return { ...block, parts };
  });
  return { ...update, blocks };
}

const misfitIn =
  ({ name, text }: UpdateGraph, parameter: string, shape: Shape, path?: string) =>
  (problem: string, offset: number) =>
    formulaError(
      `The formula${name === undefined ? "" : ` of optimizer "${name}"`}${path === undefined ? "" : ` (\`${path}\`)`} does not fit ${parameter} (${shapeText(shape)}): ${problem}.`,
      text,
      offset,
      path,
    );

/** Whether a block runs on a parameter. Hidden weights are those between the first and the last layer, frozen or not. */
function takes(
  on: Scope,
  labels: readonly Scope[],
  parameters: readonly Parameter[],
  index: number,
): boolean {
  const isMatrix = ({ shape }: Parameter) => shape.length > 1;
  const parameter = parameters[index]!;
  switch (on) {
    case "all":
    case "parameters":
      return true;
    case "matrices":
      return isMatrix(parameter);
    case "vectors":
      return !isMatrix(parameter);
    case "dense":
      return parameter.shape.length === 2;
    case "hidden":
      return (
        isMatrix(parameter) &&
        index !== parameters.findIndex(isMatrix) &&
        index !== parameters.findLastIndex(isMatrix)
      );
    case "others":
      return !labels.some(
        (label) => label !== "others" && isSelective(label) && takes(label, labels, parameters, index),
      );
  }
}

/** Whether a block runs on some parameters only. */
export const isSelective = (on: Scope): boolean => on !== "all" && on !== "parameters";

/** The order of axes in formulas: [height, width, channels, filters] in Keras, [filters, channels, height, width] in PyTorch. */
function axesOf({ length }: Shape, layout: UpdateGraph["layout"]): readonly number[] {
  if (length === 4) return layout === "keras" ? [1, 2, 3, 0] : [0, 3, 1, 2];
  if (length === 2 && layout === "keras") return [1, 0];
  return Array.from({ length }, (_, axis) => axis);
}
