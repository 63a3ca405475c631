import { expect, it } from "vitest";
import { microBatchSize } from "../../src/config/micro-batch.js";

it("is a quarter of the batch, 8 to 32 images, and never more than the batch", () => {
  expect([1, 4, 8, 16, 32, 33, 64, 100, 256, 48_000].map(microBatchSize)).toEqual([
    1, 4, 8, 8, 8, 9, 16, 25, 32, 32,
  ]);
});
