import { afterEach, it, vi } from "vitest";
import { parseLoss } from "../../src/formula/parse-loss.js";
import { LOSS_NAMES, lossGraph, resolveLoss } from "../../src/losses/losses.js";
import type { Layer } from "../../src/models/layers.js";
import { CLASSES, checkDevice } from "./device-runs.js";

vi.mock(import("../../src/install/runtime-libraries.js"), async (original) =>
  (await import("../simulated-gpu.js")).simulatedGpu(original),
);

afterEach(() => void vi.unstubAllEnvs());

it.each(LOSS_NAMES)("%s is recorded on a device and close to the CPU", (name) =>
  checkDevice({ loss: lossGraph(resolveLoss(name, "keras3", CLASSES)) }),
);

it("a loss that does not depend on the logits is recorded as well", () =>
  checkDevice({ loss: parseLoss("where(1 > 0, 2, mean(z))", { hyperparameters: {} }) }));

const withLayer = (layer: Layer): readonly Layer[] => [
  { type: "conv2d", filters: 4, kernelSize: 3, padding: "same", useBias: false }, // before batch normalisation, a bias has no gradient
  layer,
  { type: "flatten" },
  { type: "dense", units: CLASSES },
];

it.each<Layer>([
  { type: "conv2d", filters: 3, kernelSize: 3, strides: 2, padding: "same" },
  { type: "maxPool2d", poolSize: 3, strides: 2, padding: "same" },
  { type: "averagePool2d", poolSize: 2 },
  { type: "averagePool2d", poolSize: 3, strides: 2, padding: "same" },
  { type: "globalMaxPool2d" },
  { type: "globalAveragePool2d" },
  { type: "zeroPadding2d", padding: 1 },
  { type: "batchNorm2d" },
  ...(["relu", "elu", "selu", "gelu", "silu", "sigmoid", "tanh", "softplus", "leakyRelu"] as const).map(
    (activation) => ({ type: "activation", activation }) as const,
  ),
  { type: "layerNorm" },
  { type: "groupNorm", groups: 2 },
])("the layer %o is recorded on a device and close to the CPU", (layer) =>
  checkDevice({ model: withLayer(layer) }),
);

const normalised: readonly Layer[] = [
  { type: "conv2d", filters: 4, kernelSize: 3, padding: "same", useBias: false },
  { type: "batchNorm2d" },
  { type: "conv2d", filters: 4, kernelSize: 3, padding: "same", activation: "relu" },
  { type: "batchNorm2d" },
  { type: "flatten" },
  { type: "dense", units: 5, activation: "tanh" },
  { type: "dense", units: CLASSES },
];

it.each([[["conv2d_0", "batchNorm2d_0"]], [["conv2d_1", "batchNorm2d_1", "dense_0"]]])(
  "frozen layers, %s, are recorded on a device and close to the CPU",
  (frozen) => checkDevice({ model: normalised, frozen }),
);
