import type { NativeLayer, Padding } from "../models/native-layer.js";
import type { Windows } from "../models/window.js";
import { addActivation } from "./activation-nodes.js";
import type { Graph, Value } from "./graph.js";
import { addBatchNorm, addGroupNorm, addLayerNorm } from "./norm-nodes.js";

/** Adds the nodes of a layer, as in evaluation, and returns its output. */
export function addLayer(graph: Graph, layer: NativeLayer, input: Value): Value {
  const { name, output: shape } = layer;
  const [channels] = input.shape;
  const image = (name: string): Value => ({ name, shape, isFlat: false });
  const flat = (name: string): Value => ({ name, shape, isFlat: true });
  switch (layer.kind) {
    case "conv2d": {
      const { filters, groups: group, kernel, dilation: dilations, bias } = layer;
      const weight = graph.weight(`${name}.weight`, [filters, channels / group, ...kernel]);
      const inputs = [graph.image(input), weight, ...(bias ? [graph.weight(`${name}.bias`, [filters])] : [])];
      return image(graph.add("Conv", name, inputs, { integers: { ...windows(layer), dilations, group } }));
    }
    case "dense": {
      const { units, bias } = layer;
      const weight = graph.weight(`${name}.weight`, [units, channels]);
      const inputs = [graph.flat(input), weight, ...(bias ? [graph.weight(`${name}.bias`, [units])] : [])];
      return flat(graph.add("Gemm", name, inputs, { integers: { transB: 1 } }));
    }
    case "maxPool2d":
    case "averagePool2d": {
      const operator = layer.kind === "maxPool2d" ? "MaxPool" : "AveragePool"; // padding does not count by default
      return image(graph.add(operator, name, [graph.image(input)], { integers: windows(layer) }));
    }
    case "globalMaxPool2d":
      return image(graph.add("GlobalMaxPool", name, [graph.image(input)]));
    case "globalAveragePool2d":
      return image(graph.add("GlobalAveragePool", name, [graph.image(input)]));
    case "zeroPadding2d": {
      const [top, left, bottom, right] = ends(layer.padding);
      const pads = graph.integers(`${name}.pads`, [0, 0, top, left, 0, 0, bottom, right]);
      const zero = graph.constant(`${name}.zero`, Float32Array.of(0));
      // Without axes, onnxruntime 1.32 merges this node into a pooling layer behind it, whose padding is not zeros. It needs all
      // axes, since it also moves Transpose behind this node as if there were all.
      const inputs = [graph.image(input), pads, zero, graph.integers(`${name}.axes`, [0, 1, 2, 3])];
      return image(graph.add("Pad", name, inputs));
    }
    case "batchNorm2d":
      return { ...input, name: addBatchNorm(graph, layer, input) };
    case "layerNorm":
      return { ...input, name: addLayerNorm(graph, layer, input) };
    case "groupNorm":
      return { ...input, name: addGroupNorm(graph, layer, input) };
    case "activation":
      return { ...input, name: addActivation(graph, layer, input.name) };
    case "flatten":
      return flat(graph.flat(input));
    case "dropout":
    case "spatialDropout2d":
    case "sum": // the input is the sum already
      return input;
  }
}

const windows = ({ kernel, strides, padding }: Omit<Windows, "size">) => ({
  kernel_shape: kernel,
  strides,
  pads: ends(padding),
});

/** Padding in the order of ONNX: where axes start, then where they end. */
const ends = ([top, bottom, left, right]: Padding) => [top, left, bottom, right] as const;
