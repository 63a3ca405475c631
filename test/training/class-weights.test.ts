import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { planUpdate } from "../../src/formula/plan-update.js";
import { train } from "../../src/index.js";
import { type LossConfig, lossGraph, resolveLoss } from "../../src/losses/losses.js";
import { loadNative } from "../../src/native/addon.js";
import { openSession } from "../../src/native/session.js";
import { resolveOptimizer, updateGraph } from "../../src/optimizers/optimizers.js";
import { relativeError } from "../relative-error.js";
import { bands, smallModel } from "../small-task.js";

/** The output of test/golden/class_weights.py. */
interface Golden {
  readonly classWeights: readonly number[];
  readonly learningRate: number;
  readonly trainImages: number;
  readonly pixels: readonly number[];
  readonly weights: readonly number[];
  readonly labels: readonly number[];
  readonly cases: readonly {
    readonly loss: "sparseCategoricalCrossentropy" | "categoricalCrossentropy";
    readonly targets: readonly number[] | null;
    readonly train: readonly number[];
    readonly validation: readonly number[];
    readonly weights: readonly number[];
  }[];
}

const golden: Golden = JSON.parse(
  readFileSync(new URL("../golden/class_weights.json", import.meta.url), "utf8"),
);
const CLASSES = golden.classWeights.length;
const COUNT = golden.labels.length;
const INPUTS = golden.pixels.length / COUNT;

describe("class weights act as in Keras' fit, on training only", () => {
  it.each(golden.cases)("$loss", async ({ loss, targets, ...expected }) => {
    const { Dataset } = loadNative();
    const shape = [1, 1, INPUTS] as const;
    const dataset = new Dataset({
      images: Uint8Array.from(golden.pixels),
      labels: Int32Array.from(golden.labels),
      ...(targets && { targets: Float32Array.from(targets) }),
      shape,
      classes: CLASSES,
      device: "cpu",
    });
    const session = await openSession({
      device: "cpu",
      threads: 1,
      seed: 0,
      microBatch: 5,
      input: shape,
      classes: CLASSES,
      layers: [
        { kind: "flatten", name: "flatten_0", output: [INPUTS, 1, 1] },
        {
          kind: "dense",
          name: "dense_0",
          output: [CLASSES, 1, 1],
          units: CLASSES,
          bias: false,
          weightLimit: 0,
          biasLimit: 0,
        },
      ],
      loss: lossGraph(
        resolveLoss({ name: loss, classWeights: golden.classWeights } as LossConfig, "keras3", CLASSES),
      ),
      update: planUpdate(updateGraph(resolveOptimizer("sgd", "keras3")), [
        { name: "dense_0.weight", shape: [CLASSES, INPUTS] },
      ]),
    });
    session.writeState({ ...session.readState(), parameters: Float32Array.from(golden.weights) });
    const images = (start: number, end: number) =>
      Uint32Array.from({ length: end - start }, (_, i) => start + i);
    const trained = images(0, golden.trainImages);
    const losses = { train: [] as number[], validation: [] as number[] };
    for (const epoch of expected.train.keys()) {
      const before = await session.evaluate(dataset, trained, { weighted: true });
      const pass = { order: trained, batchSize: trained.length, epoch: epoch + 1 };
      const learningRates = Float64Array.of(golden.learningRate);
      const { loss, samples } = await session.train(dataset, { ...pass, learningRates });
      expect(before.loss / samples).toBeCloseTo(loss / samples, 5);
      losses.train.push(loss / samples);
      const after = await session.evaluate(dataset, images(golden.trainImages, COUNT));
      losses.validation.push(after.loss / after.samples);
    }
    expect(relativeError(losses.train, expected.train, 1)).toBeLessThan(1e-6);
    expect(relativeError(losses.validation, expected.validation, 1)).toBeLessThan(1e-6);
    expect(relativeError(session.readState().parameters, expected.weights, 1)).toBeLessThan(1e-6);
    await session.dispose();
    dataset.dispose();
  });
});

describe("a run with class weights", () => {
  const losses = [
    { name: "sparseCategoricalCrossentropy" },
    { name: "categoricalCrossentropy", labelSmoothing: 0.1 },
    { name: "multiMargin" },
  ] as const;
  /** A target whose largest class is not the label's in every third image. */
  const soften = (labels: ArrayLike<number>) =>
    Float32Array.from({ length: labels.length * 3 }, (_, i) => {
      const largest = (labels[Math.floor(i / 3)]! + Math.floor(i / 9)) % 3;
      return i % 3 === largest ? 0.5 : 0.25;
    });

  it.each(losses)("of $name weights training only, with hard and soft targets", async (loss) => {
    const { test: _, ...plain } = await bands();
    for (const targets of [undefined, soften(plain.labels)]) {
      const dataset = {
        ...plain,
        ...(targets && { targets }),
        test: { images: plain.images, labels: plain.labels, ...(targets && { targets }) },
      };
      const run = async (classWeights: number[]) => {
        const { model, ...record } = await train({
          dataset,
          model: smallModel,
          loss: { ...loss, classWeights } as LossConfig,
          optimizer: { name: "sgd", learningRate: classWeights[0] === 10 ? 0.01 : 0.1 },
          epochs: 1,
          untimedSteps: false,
        });
        return record;
      };
      const [even, tens, none] = [await run([]), await run([10, 10, 10]), await run([0, 0, 0])];
      for (const epoch of [0, 1]) {
        const [one, ten] = [even.history[epoch]!, tens.history[epoch]!];
        expect(ten.train.loss).toBeCloseTo(10 * one.train.loss!, 3);
        expect(ten.validation.loss).toBeCloseTo(one.validation.loss!, 4);
      }
      expect(tens.test!.loss).toBeCloseTo(even.test!.loss!, 4);
      expect(none.history.map((epoch) => epoch.train.loss)).toEqual([0, 0]);
      expect(none.history[1]!.validation).toEqual(even.history[0]!.validation); // nothing was learned
    }
  });

  it.each(losses)("of $name uses a soft target's largest class, the first of several", (loss) => {
    const targets = [1, 0, 0, 0.2, 0.5, 0.3, 0.1, 0.45, 0.45, 0.4, 0.2, 0.4];
    const of = (classWeights: number[]) => {
      const graph = lossGraph(resolveLoss({ ...loss, classWeights } as LossConfig, "keras3", 3));
      const logits = Float64Array.from(targets, (_, i) => Math.sin(3 * i));
      return loadNative().runLoss(graph, logits, Float64Array.from(targets), 3);
    };
    const [plain, weighted] = [of([]), of([2, 3, 5])];
    const weights = [2, 3, 3, 2];
    expect(
      relativeError(
        weighted.values,
        plain.values.map((value, i) => value * weights[i]!),
        1e-3,
      ),
    ).toBeLessThan(1e-12);
    const gradient = plain.gradient.map((value, i) => value * weights[Math.floor(i / 3)]!);
    expect(relativeError(weighted.gradient, gradient, 1e-3)).toBeLessThan(1e-12);
  });
});
