import { planRun } from "../../src/config/run-plan.js";
import { parseTrainConfig } from "../../src/config/train-config.js";
import { datasetRecord } from "../../src/data/dataset-record.js";
import { inMemoryDataset } from "../../src/data/in-memory.js";
import { randomStream } from "../../src/data/random.js";
import { TrainedModel } from "../../src/inference/trained-model.js";
import type { Layer } from "../../src/models/layers.js";
import type { ModelName } from "../../src/models/models.js";
import type { TensorInfo } from "../../src/native/addon.js";
import { openSession, sessionSpec } from "../../src/native/session.js";

export const CLASSES = 4;
export type ImageShape = readonly [height: number, width: number, channels: number];

/** Random bytes. */
export function randomImages(count: number, [height, width, channels]: ImageShape): Uint8Array {
  const next = randomStream(2, "samples");
  return Uint8Array.from({ length: count * height * width * channels }, () => next() % 256);
}

/** A model with random weights and running statistics, of which values stay of order 1 from layer to layer. */
export async function randomModel(
  model: ModelName | { readonly layers: readonly Layer[] },
  shape: ImageShape,
  semantics: "keras3" | "pytorch" = "keras3",
): Promise<TrainedModel> {
  const [height, width, channels] = shape;
  const labels = Uint8Array.from({ length: 8 }, (_, i) => i % CLASSES);
  const dataset = await inMemoryDataset({
    ...{ images: randomImages(8, shape), labels, height, width, channels, classes: CLASSES },
  });
  const plan = planRun(parseTrainConfig({ model, semantics, device: "cpu", threads: 1 }), dataset);
  const session = await openSession(sessionSpec(plan));
  const { parameters, statistics, ...rest } = session.readState();
  const next = randomStream(3, "samples");
  const uniform = () => (next() / 2 ** 32) * 2 - 1;
  const fill = (vector: Float32Array, infos: readonly TensorInfo[]) => {
    for (const { name, shape, offset } of infos) {
      const size = shape.reduce((product, axis) => product * axis, 1);
      const inputs = size / shape[0]!;
      for (let i = offset; i < offset + size; i++)
        vector[i] = name.endsWith("running_var")
          ? 1 + uniform() / 2
          : shape.length === 1
            ? uniform() / 4 + Number(name.endsWith("weight"))
            : (uniform() * Math.sqrt(3)) / Math.sqrt(inputs);
    }
  };
  fill(parameters, session.parameters());
  fill(statistics, session.statistics());
  session.writeState({ ...rest, parameters, statistics });
  return new TrainedModel(session, plan.config, datasetRecord(dataset));
}
