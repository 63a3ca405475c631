import { describe, expect, it } from "vitest";
import { train } from "../../src/index.js";
import { finalPredictions } from "../../src/training/final-predictions.js";
import { bands, smallModel } from "../small-task.js";

const dataset = await bands();
const task = { dataset, model: smallModel, batchSize: 16, epochs: 1, seed: 3 } as const;
const sum = (values: readonly number[]) => values.reduce((total, each) => total + each, 0);

describe("predictions of a run", () => {
  it("agree with its validation metrics if there are no test images", async () => {
    const { predictions, history, config, model } = await train(task);
    model.dispose();
    const { images, confusions, reliability, mistakes } = predictions!;
    const { accuracy, calibrationError } = history.at(-1)!.validation;
    const count = config.split.validation;
    expect(images).toBe("validation");
    expect(sum(confusions!.flat())).toBe(count);
    expect(sum(confusions!.map((row, i) => row[i]!)) / count).toBeCloseTo(accuracy, 10);
    expect(sum(reliability.map((bin) => bin.count))).toBe(count);
    const gap = sum(reliability.map((bin) => bin.count * Math.abs(bin.confidence - bin.accuracy))) / count;
    expect(gap).toBeCloseTo(calibrationError!, 5);
    expect(mistakes.length).toBeGreaterThan(0);
    for (const { image, label } of mistakes) expect(dataset.labels[image]).toBe(label);
    const order = mistakes.map(({ confidence }) => confidence);
    expect(order).toEqual([...order].sort((a, b) => b - a));
  });

  it("are of the test images if there are any", async () => {
    const { images, labels } = await bands(30);
    const {
      predictions,
      test: metrics,
      model,
    } = await train({ ...task, dataset: { ...dataset, test: { images, labels } } });
    model.dispose();
    expect(predictions!.images).toBe("test");
    expect(sum(predictions!.confusions!.flat())).toBe(30);
    expect(sum(predictions!.confusions!.map((row, i) => row[i]!)) / 30).toBeCloseTo(metrics!.accuracy, 10);
  });

  it("are those of the weights that early stopping restored", async () => {
    const { predictions, history, bestEpoch, model } = await train({
      ...task,
      optimizer: { name: "adam", learningRate: 0.02 },
      epochs: 6,
      earlyStopping: { patience: 1 },
    });
    model.dispose();
    const best = history.find(({ epoch }) => epoch === bestEpoch)!;
    const correct = sum(predictions!.confusions!.map((row, i) => row[i]!));
    expect(correct / sum(predictions!.confusions!.flat())).toBeCloseTo(best.validation.accuracy, 10);
  });

  it("are absent from a run that did not complete", async () => {
    const signal = AbortSignal.abort();
    const run = await train({ ...task, signal });
    run.model.dispose();
    expect(run.status).toBe("cancelled");
    expect(run.predictions).toBeUndefined();
  });
});

/** Predicts the class that is the first pixel's value, with the second pixel's value in percent as its probability. */
const reader = (classes: number) => ({
  predict: async (images: Uint8Array) => {
    const probabilities = new Float32Array((images.length / 2) * classes);
    for (let i = 0; i < images.length / 2; i++)
      probabilities[i * classes + images[2 * i]!] = images[2 * i + 1]! / 100;
    return probabilities;
  },
});
const pairs = (classes: number, images: number[], labels: number[]) => ({
  name: "pairs",
  images: Uint8Array.from(images),
  labels: Uint8Array.from(labels),
  count: labels.length,
  height: 1,
  width: 2,
  channels: 1,
  classes,
});

it("counts confusions and bins, and keeps the most confident mistakes", async () => {
  const data = pairs(3, [0, 100, 1, 95, 2, 90, 1, 51, 0, 52], [0, 2, 2, 1, 1]);
  const found = (await finalPredictions(reader(3), data, Uint32Array.of(4, 3, 2, 1, 0), undefined))!;
  expect(found.confusions).toEqual([
    [1, 0, 0],
    [1, 1, 0],
    [0, 1, 1],
  ]);
  expect(found.mistakes.map(({ image, label, predicted }) => [image, label, predicted])).toEqual([
    [1, 2, 1],
    [4, 1, 0],
  ]);
  expect(found.reliability).toHaveLength(15);
  expect(found.reliability[7]).toMatchObject({ count: 2, accuracy: 0.5 });
  expect(found.reliability[7]!.confidence).toBeCloseTo(0.515, 6);
  expect(found.reliability[14]).toMatchObject({ count: 2, accuracy: 0.5 });
  expect(found.reliability[0]).toEqual({ count: 0, confidence: 0, accuracy: 0 });
});

it("has no confusion matrix of more than 64 classes, and at most 32 mistakes", async () => {
  const count = 100;
  const data = pairs(
    65,
    Array.from({ length: 2 * count }, (_, i) => (i % 2) * 50),
    new Array(count).fill(64),
  );
  const all = Uint32Array.from({ length: count }, (_, i) => i);
  const found = (await finalPredictions(reader(65), data, all, undefined))!;
  expect(found.confusions).toBeUndefined();
  expect(found.mistakes).toHaveLength(32);
});

it("counts probabilities that are not finite as wrong with no confidence", async () => {
  const nan = { predict: async (images: Uint8Array) => new Float32Array(images.length).fill(Number.NaN) };
  const found = (await finalPredictions(nan, pairs(2, [0, 0], [1]), Uint32Array.of(0), undefined))!;
  expect(found.mistakes).toEqual([{ image: 0, label: 1, predicted: 0, confidence: 0 }]);
});

it("are refused if the images were transferred while the run trained", async () => {
  const [images, labels] = [dataset.images.slice(), dataset.labels.slice()];
  const transfer = () => void (images.length > 0 && structuredClone(images, { transfer: [images.buffer] }));
  const arrays = { images, labels, height: 12, width: 12 };
  await expect(train({ ...task, dataset: arrays, onEpoch: transfer })).rejects.toMatchObject({
    code: "DATA",
    message: expect.stringMatching(/arrays were transferred or detached while they were read/),
  });
});
