import { describe, expect, it } from "vitest";
import { images, native } from "./tiny-session.js";

describe("a distortion", () => {
  const augmentation = { shift: 1, rotation: 0, scale: 0 };
  const augmented = { images: images.images, shape: images.shape, augmentation, seed: 0, epoch: 1 };
  const elastic = { alpha: 1, sigma: 1001 };
  it.each([
    [{ images: new Uint8Array(5) }, "Expected a multiple of 4 bytes for `augment.images`"],
    [{ images: [1, 2, 3, 4] }, "Expected a Uint8Array for `augment.images`"],
    [{ seed: -1 }, "for `augment.seed`"],
    [{ epoch: 0.5 }, "for `augment.epoch`"],
    [{ augmentation: { ...augmentation, shift: -1 } }, "for `augment.augmentation.shift`"],
    [
      { augmentation: { ...augmentation, scale: 1 } },
      "Expected a number below 1 for `augment.augmentation.scale`",
    ],
    [{ augmentation: { ...augmentation, rotation: Number.NaN } }, "for `augment.augmentation.rotation`"],
    [{ augmentation: { ...augmentation, elastic } }, "up to 1000 for `augment.augmentation.elastic.sigma`"],
  ])("rejects %j", (changes, message) => {
    expect(() => native.augment({ ...augmented, ...changes } as never)).toThrow(message);
  });

  it("rejects values that are not finite, and a factor of 0", () => {
    const how = { images: images.images, shape: images.shape, shiftX: 0, shiftY: 0, rotation: 0, factor: 1 };
    expect(() => native.transform({ ...how, shiftX: Number.NaN })).toThrow("Expected finite numbers");
    expect(() => native.transform({ ...how, rotation: Number.POSITIVE_INFINITY })).toThrow("finite");
    expect(() => native.transform({ ...how, factor: 0 })).toThrow("Expected a number above 0");
    expect(native.transform({ ...how, factor: Number.MIN_VALUE, shiftX: 1e300 })).toHaveLength(12);
  });

  it("accepts no images", () => {
    expect(native.augment({ ...augmented, images: new Uint8Array() })).toEqual(new Uint8Array());
  });
});
