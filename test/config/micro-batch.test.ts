import { expect, it } from "vitest";
import { microBatchSize } from "../../src/config/micro-batch.js";

it("is half the batch, 8 to 16 images, and never more than the batch", () => {
  expect([1, 4, 8, 16, 20, 32, 256, 48_000].map(microBatchSize)).toEqual([1, 4, 8, 8, 10, 16, 16, 16]);
});
