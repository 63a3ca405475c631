import { describe, expect, it } from "vitest";
import { randomStream } from "../../src/data/random.js";
import { binomialDeviation, evaluationDeviation } from "../../src/statistics/evaluation-noise.js";

const stream = randomStream(0, "samples");
const uniform = () => (stream() + 0.5) / 2 ** 32;
const IMAGES = 400;

/** How often the runs of a setting vote for each class, for a number of images; the higher the power, the surer they are. */
const votesOf = (images: number, classes: number, power: number) =>
  Array.from({ length: images }, () => {
    const weights = Array.from({ length: classes }, () => uniform() ** -power);
    const sum = weights.reduce((a, b) => a + b, 0);
    return weights.map((weight) => weight / sum);
  });

function drawn(shares: readonly number[]): number {
  let left = uniform();
  for (const [choice, share] of shares.entries()) {
    left -= share;
    if (left < 0) return choice;
  }
  return 0;
}

/** Mean accuracy and variance between runs that are right about an image as often as their votes say, and that are calibrated. */
function simulated(classes: number, power: number, pool: number) {
  const votes = votesOf(pool, classes, power);
  const right = votes.map((shares) => shares[drawn(shares)]!);
  const accuracies = Array.from({ length: 2000 }, () => {
    const order = right.slice();
    let hits = 0;
    for (let i = 0; i < IMAGES; i++) {
      const j = i + Math.floor(uniform() * (pool - i));
      [order[i], order[j]] = [order[j]!, order[i]!];
      hits += uniform() < order[i]! ? 1 : 0;
    }
    return hits / IMAGES;
  });
  const mean = accuracies.reduce((a, b) => a + b, 0) / accuracies.length;
  const variance = accuracies.reduce((sum, each) => sum + (each - mean) ** 2, 0) / accuracies.length;
  return { mean, deviation: Math.sqrt(variance) };
}

describe("the deviation between runs by few evaluation images", () => {
  it.each([
    { power: 1, pool: IMAGES },
    { power: 3, pool: IMAGES },
    { power: 3, pool: 4 * IMAGES },
    { power: 3, pool: 50 * IMAGES },
  ])("is what calibrated runs of two classes have: %j", ({ power, pool }) => {
    const { mean, deviation } = simulated(2, power, pool);
    expect(Math.abs(evaluationDeviation(mean, IMAGES, pool) / deviation - 1)).toBeLessThan(0.12);
  });

  it.each([
    { classes: 10, power: 1 },
    { classes: 10, power: 5 },
    { classes: 3, power: 2 },
  ])("is at most underestimated by chance for more classes: %j", ({ classes, power }) => {
    const { mean, deviation } = simulated(classes, power, IMAGES);
    expect(deviation).toBeLessThan(1.05 * evaluationDeviation(mean, IMAGES, IMAGES));
  });

  it("lies between that of fixed images and the binomial one, whatever the accuracy", () => {
    for (const accuracy of [0, 0.1, 0.5, 0.7, 0.99, 1]) {
      const floor = binomialDeviation(accuracy, IMAGES);
      const [fixed, some] = [1, 4].map((times) => evaluationDeviation(accuracy, IMAGES, times * IMAGES));
      expect(evaluationDeviation(accuracy, IMAGES, Number.POSITIVE_INFINITY)).toBeCloseTo(floor, 12);
      expect(fixed).toBeLessThanOrEqual(some!);
      expect(some).toBeLessThanOrEqual(floor + 1e-15);
    }
    expect(evaluationDeviation(0.97, IMAGES, IMAGES)).toBeCloseTo(Math.sqrt(0.03 / (2 * IMAGES)), 15);
  });
});
