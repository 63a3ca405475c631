import { differentiate } from "../../src/formula/differentiate.js";
import type { LossGraph, Node, UpdateBlock } from "../../src/formula/graph.js";
import type { PlannedUpdate } from "../../src/formula/plan-update.js";
import { loadNative, type NativeDatasetSpec, type SessionSpec } from "../../src/native/addon.js";

// The smallest possible session, as plain specs that tests modify.
export const native = loadNative();
export const input = (name: string) => ({ op: "input" as const, name });
export const lossOf = (nodes: readonly Node[], result: number): LossGraph => ({
  nodes,
  result,
  gradient: differentiate(nodes, result),
});
export const loss = lossOf([input("z"), { op: "mean", args: [0] }], 1);
export const block: UpdateBlock = {
  on: "all",
  nodes: [input("theta"), input("g"), { op: "subtract", args: [0, 1] }],
  offsets: [],
  state: [],
  assign: [{ target: "theta", node: 2, offset: 0 }],
};
/** Unless changed, every value has the length of the whole vector. */
export function updateOf(changes: object): PlannedUpdate {
  const changed = { ...block, ...changes };
  const whole = { axes: [0], nodes: changed.nodes.map(() => [10]), state: changed.state.map(() => [10]) };
  return { text: "", blocks: [{ parts: [whole], ...changed }], layout: "keras", inputs: [] };
}
export const update = updateOf({});
export const flat = { kind: "flatten", name: "flatten_0", output: [4, 1, 1] } as const;
export const dense = {
  kind: "dense",
  name: "dense_0",
  units: 2,
  bias: true,
  weightLimit: 0.1,
  biasLimit: 0,
  output: [2, 1, 1],
} as const;
/** The parameters of its layer. */
export const parameters = [
  { name: "dense_0.weight", shape: [2, 4] },
  { name: "dense_0.bias", shape: [2] },
];
export const spec: SessionSpec = {
  device: "cpu",
  threads: 1,
  seed: 0,
  microBatch: 4,
  input: [1, 2, 2],
  classes: 2,
  layers: [flat, dense],
  loss,
  update,
};
export const images: NativeDatasetSpec = {
  images: new Uint8Array(12),
  labels: Int32Array.of(0, 1, 0),
  shape: [1, 2, 2],
  classes: 2,
  device: "cpu",
};
export const conv = {
  kind: "conv2d",
  name: "conv2d_0",
  filters: 2,
  groups: 1,
  kernel: [3, 3],
  strides: [1, 1],
  dilation: [1, 1],
  padding: [1, 1, 1, 1],
  bias: true,
  weightLimit: 0,
  biasLimit: 0,
  output: [2, 2, 2],
} as const;
