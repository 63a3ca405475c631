import type { NativeLayer } from "../models/native-layer.js";
import type { Graph, Value } from "./graph.js";

type Norm<Kind> = Extract<NativeLayer, { kind: Kind }>;

/** Adds batch normalisation by the running statistics, and returns its output. */
export function addBatchNorm(
  graph: Graph,
  { name, epsilon, scale, center }: Norm<"batchNorm2d">,
  input: Value,
): string {
  const [channels] = input.shape;
  const tensors = [
    scale ? graph.weight(`${name}.weight`, [channels]) : ones(graph, name, channels),
    center ? graph.weight(`${name}.bias`, [channels]) : zeros(graph, name, channels),
    graph.weight(`${name}.running_mean`, [channels]),
    graph.weight(`${name}.running_var`, [channels]),
  ];
  return graph.add("BatchNormalization", name, [input.name, ...tensors], { floats: { epsilon } });
}

/** Adds a normalisation over the channels of each pixel, and returns its output. */
export function addLayerNorm(
  graph: Graph,
  { name, epsilon, scale, center }: Norm<"layerNorm">,
  input: Value,
): string {
  const [channels] = input.shape;
  const tensors = [
    scale ? graph.weight(`${name}.weight`, [channels]) : ones(graph, name, channels),
    ...(center ? [graph.weight(`${name}.bias`, [channels])] : []),
  ];
  const normalise = (name: string, pixels: string) =>
    graph.add("LayerNormalization", name, [pixels, ...tensors], { floats: { epsilon } });
  if (input.isFlat) return normalise(name, input.name);
  const move = (name: string, from: string, perm: readonly number[]) =>
    graph.add("Transpose", name, [from], { integers: { perm } });
  const pixels = move(`${name}.pixels`, input.name, [0, 2, 3, 1]);
  return move(name, normalise(`${name}.normalised`, pixels), [0, 3, 1, 2]);
}

/** Adds group normalisation and returns its output. The operator GroupNormalization has a scale per channel from opset 21 on. */
export function addGroupNorm(
  graph: Graph,
  { name, epsilon, groups, scale, center }: Norm<"groupNorm">,
  input: Value,
): string {
  const [channels] = input.shape;
  const shape = input.isFlat ? [channels] : input.shape;
  const perChannel = input.isFlat ? [channels] : [channels, 1, 1];
  const ofGroups = graph.reshape(`${name}.groups`, input.name, [0, groups, -1]);
  const tensors = [ofGroups, ones(graph, name, groups), zeros(graph, name, groups)];
  const normalised = graph.add("InstanceNormalization", `${name}.normalised`, tensors, {
    floats: { epsilon },
  });
  let output = graph.reshape(`${name}.channels`, normalised, [0, ...shape]);
  if (scale)
    output = graph.add("Mul", `${name}.scaled`, [output, graph.weight(`${name}.weight`, perChannel)]);
  if (center)
    output = graph.add("Add", `${name}.shifted`, [output, graph.weight(`${name}.bias`, perChannel)]);
  return output;
}

const ones = (graph: Graph, name: string, count: number) =>
  graph.constant(`${name}.ones`, new Float32Array(count).fill(1), [count]);

const zeros = (graph: Graph, name: string, count: number) =>
  graph.constant(`${name}.zeros`, new Float32Array(count), [count]);
