import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { planRun } from "../../src/config/run-plan.js";
import { parseTrainConfig } from "../../src/config/train-config.js";
import { datasetRecord } from "../../src/data/dataset-record.js";
import { inMemoryDataset } from "../../src/data/in-memory.js";
import { TrainedModel } from "../../src/inference/trained-model.js";
import { LAYER_SCHEMAS, type Layer } from "../../src/models/layers.js";
import type { NativeSession, TensorInfo } from "../../src/native/addon.js";
import { openSession, sessionSpec } from "../../src/native/session.js";
import { channelsLast } from "../channels-last.js";
import { exportError } from "../onnx/runtime.js";
import { relativeError } from "../relative-error.js";

/** The output of test/golden/saved_models.py: PyTorch modules and their outputs. */
interface Golden {
  readonly layers: readonly Layer[];
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly pixels: readonly number[];
  readonly tensors: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly values: readonly number[] }>
  >;
  readonly probabilities: readonly number[];
}

const folder = new URL("../golden/saved_models/", import.meta.url);
const goldens = readdirSync(folder).map((file) => ({
  name: file,
  ...(JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Golden),
}));
const CLASSES = 4;

it("covers every kind of layer", () => {
  const kinds = (layers: readonly Layer[]): string[] =>
    layers.flatMap((layer) =>
      layer.type === "residual"
        ? ["residual", ...kinds(layer.layers), ...kinds(layer.shortcut ?? [])]
        : layer.type,
    );
  const all = LAYER_SCHEMAS.flatMap((schema): string[] => [
    ...("in" in schema ? schema.in : schema).shape.type.values,
  ]);
  expect(new Set(goldens.flatMap(({ layers }) => kinds(layers)))).toEqual(new Set(all));
});

describe("a model in PyTorch's layout", () => {
  it.each(goldens)(
    "gives PyTorch's probabilities, also when exported, and is saved in PyTorch's layout: $name",
    async (golden) => {
      const { layers, shape, tensors, probabilities } = golden;
      const [height, width, channels] = shape;
      const pixels = Uint8Array.from(golden.pixels);
      const labels = Uint8Array.from(
        { length: pixels.length / (height * width * channels) },
        (_, i) => i % CLASSES,
      );
      const dataset = await inMemoryDataset({
        images: pixels,
        labels,
        height,
        width,
        channels,
        classes: CLASSES,
      });
      const config = parseTrainConfig({ model: { layers }, semantics: "pytorch", device: "cpu" });
      const plan = planRun(config, dataset);
      const session = await openSession(sessionSpec(plan));
      load(session, tensors);
      using model = new TrainedModel(session, plan.config, datasetRecord(dataset));
      expect(relativeError(await model.predict(pixels), probabilities, 1)).toBeLessThan(1e-5);
      expect(await exportError(model, pixels, [1, 7, 64], probabilities)).toBeLessThan(1e-5);

      const saved = Object.fromEntries(
        (await model.parameters()).map(({ name, shape, values }) => [name, { shape, values: [...values] }]),
      );
      expect(saved).toEqual(tensors);
    },
  );
});

/** Copies PyTorch's tensors to the native tensors of the same names. */
function load(session: NativeSession, tensors: Golden["tensors"]): void {
  const { parameters, statistics, ...rest } = session.readState();
  const fill = (vector: Float32Array, infos: readonly TensorInfo[]) => {
    for (const { name, shape, offset } of infos) {
      const { values } = tensors[name]!;
      vector.set(shape.length === 4 ? channelsLast(values, shape) : values, offset);
    }
  };
  fill(parameters, session.parameters());
  fill(statistics, session.statistics());
  session.writeState({ ...rest, parameters, statistics });
}
