import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { greyPixels } from "../../src/data/greyscale.js";
import { loadDataset } from "../../src/data/load-dataset.js";
import "../property-seed.js";

const PLAIN = {
  images: Uint8Array.from({ length: 2 * 4 * 4 * 3 }, (_, i) => (i < 48 ? 90 : 10)),
  labels: [0, 1],
  channels: 3,
  height: 4,
};

describe("preparing images", () => {
  it("resizes and converts all parts of any dataset", async () => {
    const part = { images: PLAIN.images, labels: [1, 1] };
    const dataset = await loadDataset(
      { ...PLAIN, validation: part, test: part },
      { resize: 2, greyscale: true },
    );
    const images = Uint8Array.of(90, 90, 90, 90, 10, 10, 10, 10);
    expect(dataset).toMatchObject({ height: 2, width: 2, channels: 1, images });
    expect(dataset.validation).toMatchObject({ images, count: 2 });
    expect(dataset.test).toMatchObject({ images, count: 2 });
  });

  it("leaves a dataset alone that is as requested", async () => {
    const dataset = await loadDataset(PLAIN, { greyscale: true });
    expect(await loadDataset(dataset, { resize: 4, greyscale: true })).toBe(dataset);
  });

  it("keeps grey as it is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1 }), async (grey) => {
        const colour = [...grey].flatMap((value) => [value, value, value]);
        expect(await greyPixels(Uint8Array.from(colour))).toEqual(grey);
      }),
    );
  });

  it("rejects channels that are no colours", async () => {
    const two = { images: new Uint8Array(16), labels: [0, 1], channels: 2 };
    await expect(loadDataset(two, { greyscale: true })).rejects.toThrow(
      "`greyscale` needs images of 3 channels, but those of in-memory have 2.",
    );
    await expect(loadDataset(two, { resize: 3 })).rejects.toThrow(
      "`resize` needs images of 1 or 3 channels, but those of in-memory have 2.",
    );
    await expect(loadDataset(PLAIN, { resize: 0 })).rejects.toThrow("`resize`");
  });

  it("rejects a size that takes too much memory, before it is taken", async () => {
    await expect(loadDataset(PLAIN, { resize: 60_000 })).rejects.toThrow(
      "2 images of in-memory, 60000 x 60000 x 3, need 21,600 MB; at most 1,073 MB are read. Make them smaller with `resize` or `greyscale`.",
    );
  });
});
