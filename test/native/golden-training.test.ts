import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Semantics } from "../../src/catalogue/semantics.js";
import { planUpdate } from "../../src/formula/plan-update.js";
import { lossGraph, resolveLoss } from "../../src/losses/losses.js";
import { isNamed } from "../../src/models/layer-names.js";
import { lowerModel } from "../../src/models/lower-model.js";
import { type Model, resolveModel } from "../../src/models/models.js";
import { loadNative, type NativeSession } from "../../src/native/addon.js";
import { openSession } from "../../src/native/session.js";
import { type OptimizerConfig, resolveOptimizer, updateGraph } from "../../src/optimizers/optimizers.js";
import { noise } from "./noise.js";

/** What test/golden/training.py and layers.py wrote. */
interface Golden {
  readonly name: string;
  readonly framework: Semantics;
  readonly version: string;
  readonly layers: Extract<Model, { layers: unknown }>["layers"];
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly optimizer: Exclude<OptimizerConfig, string>;
  readonly count: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly stride: number;
  /** Layers that are not trained, whose parameters are not in `parameters`. */
  readonly frozen?: readonly string[];
  readonly parameterCount: number;
  readonly losses: readonly number[];
  readonly parameters: readonly number[];
  readonly probabilities: readonly number[];
}

const folder = new URL("../golden/training/", import.meta.url);
const goldens = readdirSync(folder).map(
  (file): Golden => JSON.parse(readFileSync(new URL(file, folder), "utf8")),
);
const CLASSES = 10;

describe("training steps agree with Keras and PyTorch in double precision", () => {
  it("finds the golden files", () => expect(goldens).toHaveLength(15));

  for (const golden of goldens) {
    it.each([5, golden.batchSize])(
      `${golden.framework} ${golden.name}, micro-batches of %i`,
      async (microBatch) => {
        const { Dataset } = loadNative();
        const { shape, count, batchSize } = golden;
        const [height, width, channels] = shape;
        const size = height * width * channels;
        const images = Uint8Array.from(noise(count * size, 1000), (value) => value * 256);
        const labels = Int32Array.from(noise(count, 2000), (value) => value * CLASSES);
        const dataset = new Dataset({
          images,
          labels,
          shape: [channels, height, width],
          classes: CLASSES,
          device: "cpu",
        });
        const session = await open(golden, microBatch);
        expect(session.parameterCount).toBe(golden.parameterCount);
        const frozen = await readFrozen(session);
        const statistics = frozenStatistics(session, golden);

        const learningRates = Float64Array.of(golden.optimizer.learningRate!);
        const losses: number[] = [];
        for (let epoch = 1; epoch <= golden.epochs; epoch++)
          for (let start = 0; start < count; start += batchSize) {
            const order = Uint32Array.from(
              { length: Math.min(batchSize, count - start) },
              (_, i) => start + i,
            );
            const { loss, samples } = await session.train(dataset, {
              order,
              batchSize,
              learningRates,
              epoch,
            });
            losses.push(loss / samples);
          }

        if (golden.losses.length > 0) expectClose(losses, golden.losses, 2e-5);
        const parameters = [...session.readState().parameters].filter((_, i) => i % golden.stride === 0);
        expectClose(parameters, golden.parameters, 1e-5);
        expectClose([...(await session.predict(images.subarray(0, 4 * size)))], golden.probabilities, 2e-5);
        expect(await readFrozen(session)).toEqual(frozen);
        expect(frozenStatistics(session, golden)).toEqual(statistics);
        await session.dispose();
        dataset.dispose();
      },
    );
  }
});

const modelOf = ({ layers, framework: semantics }: Golden) =>
  resolveModel({ layers }, { classes: CLASSES, semantics });

async function open(golden: Golden, microBatch: number): Promise<NativeSession> {
  const [height, width, channels] = golden.shape;
  const semantics = golden.framework;
  const input = [channels, height, width] as const;
  const { frozen } = golden;
  const lowered = lowerModel(modelOf(golden), { input, classes: CLASSES, semantics, frozen });
  const session = await openSession({
    device: "cpu",
    threads: 2,
    seed: 0,
    microBatch,
    input,
    classes: CLASSES,
    layers: lowered.layers,
    loss: lossGraph(resolveLoss("sparseCategoricalCrossentropy", semantics)),
    update: planUpdate(updateGraph(resolveOptimizer(golden.optimizer, semantics)), lowered.parameters),
  });
  const initial = initialParameters(session);
  session.writeState({ ...session.readState(), parameters: initial.trained });
  await session.write({ vector: "frozen", offset: 0, from: initial.frozen });
  return session;
}

/** As training.py draws them: one stream per tensor, weights scaled by their fans, small biases, scales around 1. */
function initialParameters(session: NativeSession) {
  const trained = new Float32Array(session.parameterCount);
  const frozen = new Float32Array(session.frozenCount);
  for (const [index, { name, shape, offset, frozen: isFrozen }] of session.parameters().entries()) {
    const parameters = isFrozen ? frozen : trained;
    const size = shape.reduce((product, length) => product * length, 1);
    const isWeight = name.endsWith(".weight");
    const limit = isWeight && shape.length > 1 ? Math.sqrt(6 / (size / shape[0]! + shape[0]!)) : 0.1;
    const centre = isWeight && shape.length === 1 ? 1 : 0;
    parameters.set(
      noise(size, index + 1).map((value) => (value * 2 - 1) * limit + centre),
      offset,
    );
  }
  return { trained, frozen };
}

async function readFrozen(session: NativeSession): Promise<Float32Array> {
  const into = new Float32Array(session.frozenCount);
  await session.read({ vector: "frozen", offset: 0, into });
  return into;
}

function frozenStatistics(session: NativeSession, { frozen = [] }: Golden): Float32Array[] {
  const { statistics } = session.readState();
  return session
    .statistics()
    .filter(({ name }) => isNamed(name, frozen))
    .map(({ shape, offset }) => statistics.slice(offset, offset + shape[0]!));
}

/** Within `tolerance` relative to the larger of 1 and the value: weights and losses here range from 0.01 to 3. */
function expectClose(found: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(found).toHaveLength(expected.length);
  const worst = found.reduce((most, value, i) => {
    const error = Math.abs(value - expected[i]!) / Math.max(1, Math.abs(expected[i]!));
    return Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(most, error);
  }, 0);
  expect(worst).toBeLessThan(tolerance);
}
