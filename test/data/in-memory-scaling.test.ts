import { expect, it } from "vitest";
import { inMemoryDataset } from "../../src/data/in-memory.js";

it("scales the floats of all parts alike", async () => {
  const dataset = await inMemoryDataset({
    images: Float32Array.of(0, 0.5, 1, 1),
    labels: [0],
    test: { images: Float32Array.of(-1, 1, 2, 4), labels: [1] },
  });
  expect(dataset).toMatchObject({ scaling: { minimum: -1, maximum: 4 }, test: { count: 1 } });
  expect(dataset.images).toEqual(Uint8Array.of(51, 76, 102, 102));
  expect(dataset.test!.images).toEqual(Uint8Array.of(0, 102, 153, 255));
  expect(await inMemoryDataset(dataset)).toEqual(dataset);
});

it("rejects sets that one scaling does not fit", async () => {
  const bytes = Float32Array.of(0, 100, 200, 255, 1, 2, 3, 4);
  const test = { images: Float32Array.of(0, 0.5, 0.25, 1), labels: [1] };
  await expect(inMemoryDataset({ images: bytes, labels: [0, 1], test })).rejects.toThrow(
    "`test.images` has values from 0 to 1, but `images` has whole numbers from 0 to 255.",
  );
  const faint = { images: Float32Array.of(0, 1, 1, 0), labels: [1] };
  expect([...(await inMemoryDataset({ images: bytes, labels: [0, 1], test: faint })).test!.images]).toEqual([
    0, 1, 1, 0,
  ]);
});
