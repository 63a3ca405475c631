import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { planUpdate } from "../../src/formula/plan-update.js";
import { train } from "../../src/index.js";
import { evaluationMetrics } from "../../src/inference/evaluation-metrics.js";
import { type LossName, lossGraph, resolveLoss } from "../../src/losses/losses.js";
import { loadNative } from "../../src/native/addon.js";
import { openSession } from "../../src/native/session.js";
import { resolveOptimizer, updateGraph } from "../../src/optimizers/optimizers.js";
import { bands, smallModel } from "../small-task.js";

interface Golden {
  readonly pixels: readonly number[];
  readonly weights: readonly number[];
  readonly labels: readonly number[];
  readonly accuracy: number;
  readonly negativeLogLikelihood: number;
  readonly calibrationError: number;
}

/** What test/golden/evaluation.py wrote. */
const golden: Golden = JSON.parse(
  readFileSync(new URL("../golden/evaluation.json", import.meta.url), "utf8"),
);
const CLASSES = 5;
const INPUTS = 6;

/** One dense layer with the given weights, and the golden file's images. */
async function evaluate(weights: readonly number[], loss: LossName, threads = 1) {
  const { Dataset } = loadNative();
  const shape = [1, 1, INPUTS] as const;
  const dataset = new Dataset({
    images: Uint8Array.from(golden.pixels),
    labels: Int32Array.from(golden.labels),
    shape,
    classes: CLASSES,
    device: "cpu",
  });
  const dense = { units: CLASSES, bias: false, weightLimit: 0, biasLimit: 0 };
  const session = await openSession({
    device: "cpu",
    threads,
    seed: 0,
    microBatch: 8,
    input: shape,
    classes: CLASSES,
    layers: [
      { kind: "flatten", name: "flatten_0", output: [INPUTS, 1, 1] },
      { kind: "dense", name: "dense_0", output: [CLASSES, 1, 1], ...dense },
    ],
    loss: lossGraph(resolveLoss(loss, "keras3")),
    update: planUpdate(updateGraph(resolveOptimizer("sgd", "keras3")), [
      { name: "dense_0.weight", shape: [CLASSES, INPUTS] },
    ]),
  });
  session.writeState({
    parameters: Float32Array.from(weights),
    optimizer: {},
    statistics: new Float32Array(),
    step: 0,
  });
  return session.evaluate(dataset, Uint32Array.from(golden.labels.keys())).finally(() => session.dispose());
}

describe("an evaluation", () => {
  it.each<LossName>(["sparseCategoricalCrossentropy", "meanSquaredError"])(
    "measures likelihood and calibration like PyTorch and numpy, with %s",
    async (loss) => {
      const found = evaluationMetrics(await evaluate(golden.weights, loss));
      expect(found.accuracy).toBe(golden.accuracy);
      expect(found.negativeLogLikelihood).toBeCloseTo(golden.negativeLogLikelihood, 6);
      expect(found.calibrationError).toBeCloseTo(golden.calibrationError, 6);
      if (loss === "sparseCategoricalCrossentropy")
        expect(found.loss).toBeCloseTo(golden.negativeLogLikelihood, 6);
    },
  );

  it("gives the same bits on 1, 2 and 3 threads", async () => {
    const [one, two, three] = await Promise.all(
      [1, 2, 3].map(async (threads) => {
        const { seconds: _, ...sums } = await evaluate(golden.weights, "meanSquaredError", threads);
        return sums;
      }),
    );
    expect(two).toEqual(one);
    expect(three).toEqual(one);
  });

  it("has no likelihood and no calibration if outputs are NaN", async () => {
    const { negativeLogLikelihood, calibrationError } = evaluationMetrics(
      await evaluate(
        golden.weights.map(() => Number.NaN),
        "meanSquaredError",
      ),
    );
    expect({ negativeLogLikelihood, calibrationError }).toEqual({
      negativeLogLikelihood: null,
      calibrationError: null,
    });
  });
});

describe("a run's metrics", () => {
  it("equal those computed from its model's predictions", async () => {
    const { test: _, ...dataset } = await bands();
    const run = await train({
      dataset: { ...dataset, test: { images: dataset.images, labels: dataset.labels } },
      model: smallModel,
      loss: "meanAbsoluteError",
      epochs: 2,
    });
    const probabilities = await run.model.predict(dataset.images);
    run.model.dispose();

    const rows = Array.from(dataset.labels, (label, i) => {
      const row = [...probabilities.subarray(3 * i, 3 * i + 3)];
      const confidence = Math.max(...row);
      return { confidence, right: row.indexOf(confidence) === label, likelihood: row[label]! };
    });
    const mean = (values: number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
    const bins = Array.from({ length: 15 }, (_, m) =>
      rows.filter(({ confidence }) => confidence > m / 15 && confidence <= (m + 1) / 15),
    ).filter((bin) => bin.length > 0);
    const gaps = bins.map(
      (bin) =>
        (bin.length / rows.length) *
        Math.abs(mean(bin.map((each) => Number(each.right))) - mean(bin.map(({ confidence }) => confidence))),
    );
    expect(run.test!.accuracy).toBe(mean(rows.map(({ right }) => Number(right))));
    expect(run.test!.negativeLogLikelihood).toBeCloseTo(
      mean(rows.map(({ likelihood }) => -Math.log(likelihood))),
      5,
    );
    expect(run.test!.calibrationError).toBeCloseTo(
      gaps.reduce((sum, gap) => sum + gap, 0),
      5,
    );
    expect(Object.keys(run.history.at(-1)!.train)).toEqual(["loss", "accuracy"]);
    expect(run.history.at(-1)!.validation.negativeLogLikelihood).toBeGreaterThan(0);
  });
});
