import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Augmentation } from "../../src/config/augmentation.js";
import { randomStream } from "../../src/data/random.js";
import { train } from "../../src/index.js";
import { loadNative } from "../../src/native/addon.js";
import { augmentedImages } from "../../src/training/augmented-images.js";
import { bands, smallModel } from "../small-task.js";

const OFF = { shift: 0, rotation: 0, scale: 0 } as const;
const dataset = await bands();

const imageOf = (width: number, height: number, channels: number, seed = 1) => {
  const next = randomStream(seed, "samples");
  return Uint8Array.from({ length: width * height * channels }, () => next() % 256);
};
const transform = (
  images: Uint8Array,
  [channels, height, width]: readonly [number, number, number],
  how: { shiftX?: number; shiftY?: number; rotation?: number; factor?: number },
) =>
  loadNative().transform({
    images,
    shape: [channels, height, width],
    shiftX: 0,
    shiftY: 0,
    rotation: 0,
    factor: 1,
    ...how,
  });

describe("a given distortion", () => {
  const sizes = { width: fc.integer({ min: 1, max: 9 }), height: fc.integer({ min: 1, max: 9 }) };

  it("shifts by whole pixels exactly, and fills with 0", () => {
    const shift = fc.integer({ min: -10, max: 10 });
    const channels = fc.constantFrom(1, 3);
    fc.assert(
      fc.property(
        fc.record({ ...sizes, channels, x: shift, y: shift }),
        ({ width, height, channels, x, y }) => {
          const image = imageOf(width, height, channels);
          const moved = Uint8Array.from({ length: image.length }, (_, i) => {
            const c = i % channels;
            const column = (Math.floor(i / channels) % width) - x;
            const row = Math.floor(i / channels / width) - y;
            const inside = column >= 0 && column < width && row >= 0 && row < height;
            return inside ? image[(row * width + column) * channels + c]! : 0;
          });
          expect(transform(image, [channels, height, width], { shiftX: x, shiftY: y })).toEqual(moved);
        },
      ),
    );
  });

  it("rotates by 90 degrees counter-clockwise", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), (size) => {
        const image = imageOf(size, size, 1);
        // The right side is now at the top.
        const turned = Uint8Array.from({ length: image.length }, (_, i) => {
          const [row, column] = [Math.floor(i / size), i % size];
          return image[column * size + (size - 1 - row)]!;
        });
        expect(transform(image, [1, size, size], { rotation: 90 })).toEqual(turned);
        expect(transform(turned, [1, size, size], { rotation: -90 })).toEqual(image);
      }),
    );
  });

  it("interpolates between pixels, and scales about the centre", () => {
    expect(transform(Uint8Array.of(0, 100, 200, 0), [1, 1, 4], { shiftX: 0.5 })).toEqual(
      Uint8Array.of(0, 50, 150, 100),
    );
    expect(transform(Uint8Array.of(0, 0, 240, 0, 0), [1, 1, 5], { factor: 2 })).toEqual(
      Uint8Array.of(0, 120, 240, 120, 0),
    );
  });
});

describe("augmentation", () => {
  const seen = (augmentation: Augmentation, epoch = 1, seed = 0) =>
    augmentedImages(dataset, augmentation, { seed, epoch });

  it("changes nothing when all is 0", () => {
    expect(seen(OFF)).toEqual(dataset.images);
    expect(seen({ ...OFF, elastic: { alpha: 0, sigma: 4 } })).toEqual(dataset.images);
  });

  it.each<Augmentation>([
    { ...OFF, shift: 2 },
    { ...OFF, rotation: 20 },
    { ...OFF, scale: 0.2 },
    { ...OFF, elastic: { alpha: 20, sigma: 3 } },
  ])("%j differs between images, epochs and seeds, and is reproducible", (augmentation) => {
    const same = Uint8Array.from({ length: 288 }, (_, i) => dataset.images[i % 144]!);
    const two = augmentedImages({ ...dataset, images: same }, augmentation, { seed: 0, epoch: 1 });
    expect(two.subarray(0, 144)).not.toEqual(two.subarray(144));
    expect(seen(augmentation)).toEqual(seen(augmentation));
    expect(seen(augmentation, 2)).not.toEqual(seen(augmentation, 1));
    expect(seen(augmentation, 1, 1)).not.toEqual(seen(augmentation, 1, 0));
  });

  it("distorts an image independently of the other images", () => {
    const augmentation = { shift: 1, rotation: 20, scale: 0.1, elastic: { alpha: 20, sigma: 3 } };
    const some = augmentedImages({ ...dataset, images: dataset.images.subarray(0, 7 * 144) }, augmentation, {
      seed: 0,
      epoch: 1,
    });
    expect(some).toEqual(seen(augmentation).subarray(0, 7 * 144));
  });

  it("shifts uniformly within the bounds, independently in both directions", () => {
    const [count, size, centre] = [1000, 15, 7];
    const points = Uint8Array.from({ length: count * size * size }, (_, i) =>
      i % (size * size) === centre * size + centre ? 255 : 0,
    );
    const moved = augmentedImages(
      { images: points, channels: 1, height: size, width: size },
      { ...OFF, shift: 4 },
      { seed: 0, epoch: 1 },
    );
    // Bilinear weights keep the centre of mass.
    const places = Array.from({ length: count }, (_, n) => {
      const image = moved.subarray(n * size * size, (n + 1) * size * size);
      const mass = image.reduce((sum, value) => sum + value, 0);
      const centreOf = (at: (i: number) => number) =>
        image.reduce((sum, value, i) => sum + value * at(i), 0) / mass - centre;
      return [centreOf((i) => i % size), centreOf((i) => Math.floor(i / size))] as const;
    });
    const mean = (values: number[]) => values.reduce((sum, each) => sum + each, 0) / count;
    for (const axis of [0, 1] as const) {
      const along = places.map((place) => place[axis]);
      expect(Math.max(...along)).toBeLessThan(4.02);
      expect(Math.max(...along)).toBeGreaterThan(3.9);
      expect(Math.min(...along)).toBeGreaterThan(-4.02);
      expect(Math.min(...along)).toBeLessThan(-3.9);
      expect(Math.abs(mean(along))).toBeLessThan(0.25);
      expect(mean(along.map((x) => x * x))).toBeCloseTo(16 / 3, 0);
    }
    expect(Math.abs(mean(places.map(([x, y]) => x * y)))).toBeLessThan(0.6);
  });

  it("rotates and scales uniformly within the bounds, independently", () => {
    const [count, size, centre, distance] = [1000, 31, 15, 10];
    const points = Uint8Array.from({ length: count * size * size }, (_, i) => {
      const [row, column] = [Math.floor((i % (size * size)) / size), i % size];
      return Math.abs(row - centre) <= 1 && Math.abs(column - centre - distance) <= 1 ? 255 : 0;
    });
    const moved = augmentedImages(
      { images: points, channels: 1, height: size, width: size },
      { ...OFF, rotation: 60, scale: 0.25 },
      { seed: 0, epoch: 1 },
    );
    const places = Array.from({ length: count }, (_, n) => {
      const image = moved.subarray(n * size * size, (n + 1) * size * size);
      const mass = image.reduce((sum, value) => sum + value, 0);
      const x = image.reduce((sum, value, i) => sum + value * (i % size), 0) / mass - centre;
      const y = centre - image.reduce((sum, value, i) => sum + value * Math.floor(i / size), 0) / mass;
      return {
        angle: (Math.atan2(y, x) * 180) / Math.PI / 60,
        factor: (Math.hypot(x, y) / distance - 1) / 0.25,
      };
    });
    const mean = (values: number[]) => values.reduce((sum, each) => sum + each, 0) / count;
    for (const along of [places.map(({ angle }) => angle), places.map(({ factor }) => factor)]) {
      expect(Math.max(...along)).toBeCloseTo(1, 1);
      expect(Math.min(...along)).toBeCloseTo(-1, 1);
      expect(mean(along)).toBeCloseTo(0, 1);
      expect(mean(along.map((x) => x * x))).toBeCloseTo(1 / 3, 1);
    }
    expect(mean(places.map(({ angle, factor }) => angle * factor))).toBeCloseTo(0, 1);
  });

  it("displaces neighbours similarly, by alpha times smoothed noise", () => {
    // On a ramp, a pixel's value is the position it was sampled from.
    const [count, size, alpha, sigma] = [200, 41, 6, 3];
    const ramp = Uint8Array.from({ length: count * size * size }, (_, i) => 6 * (i % size));
    const moved = augmentedImages(
      { images: ramp, channels: 1, height: size, width: size },
      { ...OFF, elastic: { alpha, sigma } },
      { seed: 0, epoch: 1 },
    );
    const at = (n: number, x: number) => moved[n * size * size + 20 * size + x]! / 6 - x;
    const all = Array.from({ length: count }, (_, n) => [at(n, 20), at(n, 21), at(n, 32)] as const);
    const product = (a: 0 | 1 | 2, b: 0 | 1 | 2) =>
      all.reduce((sum, row) => sum + row[a] * row[b], 0) / count;
    // The variance of uniform noise (1/3) times the sum of the squared weights, 1 / (4 pi sigma^2).
    expect(product(0, 0) / (alpha ** 2 / 3 / (4 * Math.PI * sigma ** 2))).toBeCloseTo(1, 0);
    expect(product(0, 1) / product(0, 0)).toBeGreaterThan(0.85);
    expect(Math.abs(product(0, 2)) / product(0, 0)).toBeLessThan(0.4);
  });
});

describe("training with augmentation", () => {
  const augmentation = { shift: 2, rotation: 30, elastic: { alpha: 10 } } as const;
  const task = { dataset, model: smallModel, batchSize: 16, epochs: 2, augmentation } as const;

  it("gives the same bits on 1 and 2 threads, which differ from those without augmentation", async () => {
    const [one, two, without] = await Promise.all([
      train({ ...task, threads: 1 }),
      train({ ...task, threads: 2 }),
      train({ ...task, augmentation: {} }),
    ]);
    expect(two.parametersSha256).toEqual(one.parametersSha256);
    expect(without.parametersSha256.final).not.toBe(one.parametersSha256.final);
    expect(without.parametersSha256.initial).toBe(one.parametersSha256.initial);
    expect(one.config.augmentation).toEqual({ ...augmentation, scale: 0, elastic: { alpha: 10, sigma: 4 } });
  });

  it("trains with the images of `augmentedImages`, and validates with the original ones", async () => {
    const model = { layers: [{ type: "flatten" }, { type: "dense", units: 3 }] } as const;
    const still = { model, optimizer: { name: "sgd", learningRate: 1e-30 }, seed: 5, epochs: 3 } as const;
    const augmented = await train({ dataset, ...still, augmentation });
    for (const epoch of [1, 2, 3]) {
      const images = augmentedImages(dataset, augmented.config.augmentation!, { seed: 5, epoch });
      const expected = await train({ dataset: { ...dataset, images }, ...still, epochs: 1 });
      expect(augmented.history[epoch]!.train.loss).toBeCloseTo(expected.history[1]!.train.loss!, 3);
      expect(augmented.history[epoch]!.train.loss).not.toBeCloseTo(augmented.history[0]!.train.loss!, 2);
      expect(augmented.history[epoch]!.validation).toEqual(augmented.history[0]!.validation);
    }
  });
});
