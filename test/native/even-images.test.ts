import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { planUpdate } from "../../src/formula/plan-update.js";
import { lossGraph, resolveLoss } from "../../src/losses/losses.js";
import type { Layer } from "../../src/models/layers.js";
import { lowerModel } from "../../src/models/lower-model.js";
import { resolveModel } from "../../src/models/models.js";
import { loadNative } from "../../src/native/addon.js";
import { openSession } from "../../src/native/session.js";
import { resolveOptimizer, updateGraph } from "../../src/optimizers/optimizers.js";
import { relativeError } from "../relative-error.js";
import { noise } from "./noise.js";

/** What test/golden/even_images.py wrote. */
interface Golden {
  readonly count: number;
  readonly side: number;
  readonly channels: number;
  readonly classes: number;
  readonly stride: number;
  readonly cases: readonly {
    readonly divisor: 4096 | 64;
    readonly layer: Layer;
    readonly loss: number;
    /** The sum of the absolute terms of a gradient of the convolution. */
    readonly summands: number;
    readonly gradients: Readonly<Record<string, readonly number[]>>;
    readonly statistics?: readonly [means: readonly number[], variances: readonly number[]];
    readonly probabilities: readonly number[];
  }[];
}

const golden: Golden = JSON.parse(
  readFileSync(new URL("../golden/even_images.json", import.meta.url), "utf8"),
);
const { count, side, channels, classes } = golden;
const semantics = "pytorch";
const input = [channels, side, side] as const;
const labels = Int32Array.from(noise(count, 2), (value) => value * classes);
/** float32 rounds to half of this relative to a value; sums of some thousand values lose a few times as much. */
const ROUNDING = 2 ** -23;

/** Any bytes, or small ones with a bright first byte in each image. */
const imagesOf = (divisor: 4096 | 64) =>
  Uint8Array.from(noise(count * side * side * channels, 1), (value, i) =>
    divisor === 4096 ? value * 256 : i % (side * side * channels) === 0 ? 255 : value * 3,
  );

/** A pixel p becomes 20 + p / divisor. */
async function open(norm: Layer, divisor: number) {
  const layers: Layer[] = [
    { type: "depthwiseConv2d", kernelSize: 1 },
    norm,
    { type: "flatten" },
    { type: "dense", units: classes, useBias: false },
  ];
  const lowered = lowerModel(resolveModel({ layers }, { classes, semantics }), { input, classes, semantics });
  const update = updateGraph(
    resolveOptimizer({ name: "gradient", formula: "theta = learningRate * g", learningRate: 1 }, semantics),
  );
  const session = await openSession({
    device: "cpu",
    threads: 1,
    seed: 0,
    microBatch: count,
    input,
    classes,
    layers: lowered.layers,
    loss: lossGraph(resolveLoss("sparseCategoricalCrossentropy", semantics)),
    update: planUpdate(update, lowered.parameters),
  });
  const centred = (size: number, seed: number) => noise(size, seed).map((value) => value - 0.5);
  const values = [
    new Float64Array(channels).fill(255 / divisor),
    new Float64Array(channels).fill(20),
    centred(channels, 3).map((value) => Math.fround(value) + 1),
    centred(channels, 4),
    centred(classes * channels * side * side, 5).map((value) => value / 8),
  ];
  const parameters = Float32Array.from(values.flatMap((each) => [...each]));
  session.writeState({ ...session.readState(), parameters });
  return session;
}

describe("normalisations of bright, even images keep the precision of float32", () => {
  it.each(golden.cases)(
    "$layer, divisor $divisor",
    async ({ divisor, layer, loss, gradients, summands, statistics, probabilities }) => {
      const session = await open(layer, divisor);
      const images = imagesOf(divisor);
      if (statistics)
        session.writeState({ ...session.readState(), statistics: Float32Array.from(statistics.flat()) });
      expect(relativeError(await session.predict(images), probabilities, 1)).toBeLessThan(20 * ROUNDING);

      const dataset = new (loadNative().Dataset)({ images, labels, shape: input, classes, device: "cpu" });
      const order = Uint32Array.from({ length: count }, (_, i) => i);
      const pass = { order, batchSize: count, learningRates: Float64Array.of(1), epoch: 1 };
      const measured = await session.train(dataset, pass);
      expect(relativeError([measured.loss / count], [loss], 1)).toBeLessThan(20 * ROUNDING);
      const { parameters } = session.readState();
      for (const { name, shape, offset } of session.parameters()) {
        const size = shape.reduce((product, length) => product * length, 1);
        const stride = name === "dense_0.weight" ? golden.stride : 1;
        const found = parameters.slice(offset, offset + size).filter((_, i) => i % stride === 0);
        const expected = gradients[name]!;
        const scale = name.startsWith("depthwise") ? summands : Math.max(...expected.map(Math.abs));
        expect(relativeError(found, expected, scale), name).toBeLessThan(100 * ROUNDING);
      }
      await session.dispose();
      dataset.dispose();
    },
  );
});
