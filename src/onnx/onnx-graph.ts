import type { DatasetRecord } from "../data/dataset-record.js";
import type { Standardisation } from "../data/standardisation.js";
import type { NativeLayer } from "../models/native-layer.js";
import { Graph, type Value } from "./graph.js";
import { addLayer } from "./layer-nodes.js";
import { type OnnxTensor, TYPES } from "./messages.js";

/** What an ONNX file computes. */
export interface OnnxSummary {
  /** Version of the operators that it uses. */
  readonly opset: number;
  /** What it takes: images as `predict` does. */
  readonly inputs: readonly OnnxTensor[];
  /** What it gives: the probabilities that `predict` computes, and the logits. */
  readonly outputs: readonly OnnxTensor[];
}

/** The oldest version that has all of these operators as they are used here, so that older runtimes can read the file. */
const OPSET = 18;

type Images = Pick<DatasetRecord, "height" | "width" | "channels" | "classes" | "scaling">;

/** Describes the inputs and outputs of a model in an ONNX file. */
export function onnxSummary({ height, width, channels, classes, scaling }: Images): OnnxSummary {
  const perClass = (name: string) => ({ name, type: "float32", shape: ["batch", classes] }) as const;
  return {
    opset: OPSET,
    inputs: [
      { name: "images", type: scaling ? "float32" : "uint8", shape: ["batch", height, width, channels] },
    ],
    outputs: [perClass("probabilities"), perClass("logits")],
  };
}

/** The nodes from images as `predict` takes them to the outputs of the summary. */
export function onnxGraph(
  layers: readonly NativeLayer[],
  images: Images,
  standardisation?: Standardisation,
): Graph {
  const graph = new Graph();
  const input = addInput(graph, images, standardisation);
  const values: Value[] = [];
  for (const [index, layer] of layers.entries()) {
    const from = (layer.from ?? [index - 1]).map((place) => values[place] ?? input);
    values.push(addLayer(graph, layer, from.length === 1 ? from[0]! : graph.sum(`${layer.name}.sum`, from)));
  }
  const logits = graph.add("Identity", "logits", [graph.flat(values.at(-1)!)]);
  graph.add("Softmax", "probabilities", [logits], { integers: { axis: 1 } });
  return graph;
}

/** Converts images to what the first layer takes, with the operations of training. */
function addInput(
  graph: Graph,
  { height, width, channels, scaling }: Images,
  standardisation: Standardisation | undefined,
): Value {
  let name = "images";
  const apply = (operator: string, step: string, inputs: readonly string[] = [], integers = {}) => {
    name = graph.add(operator, `images.${step}`, [name, ...inputs], { integers });
  };
  const cast = (type: "float32" | "float64") => apply("Cast", type, [], { to: TYPES[type] });
  if (scaling) {
    // As scaledBytes() computes them, in float64.
    const number = (key: string, value: number) => graph.constant(`images.${key}`, Float64Array.of(value));
    cast("float64");
    apply("Sub", "above_minimum", [number("minimum", scaling.minimum)]);
    apply("Mul", "times_255", [number("factor", 255)]);
    apply("Div", "bytes", [number("range", scaling.maximum - scaling.minimum || 1)]);
    apply("Clip", "clipped", [number("least", 0), number("most", 255)]);
    apply("Round", "rounded");
  }
  apply("Transpose", "channels_first", [], { perm: [0, 3, 1, 2] });
  cast("float32");
  apply("Div", "scaled", [graph.constant("images.largest", Float32Array.of(255))]);
  if (standardisation) {
    const { mean, standardDeviation } = standardisation;
    const perChannel = (key: string, values: readonly number[]) =>
      graph.constant(`images.${key}`, Float32Array.from(values), [channels, 1, 1]);
    apply("Sub", "centred", [perChannel("mean", mean)]);
    apply("Div", "standardised", [perChannel("standard_deviation", standardDeviation)]);
  }
  return { name, shape: [channels, height, width], isFlat: false };
}
