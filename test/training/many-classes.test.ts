import { expect, it } from "vitest";
import { loadDataset, train } from "../../src/index.js";

/** The bits of a class id as black and white pixels, so that one dense layer can tell all classes apart. */
const BITS = 9;
const CLASSES = 2 ** BITS;
const images = Uint8Array.from({ length: CLASSES * BITS }, (_, i) =>
  (Math.floor(i / BITS) >> (i % BITS)) & 1 ? 255 : 0,
);
const labels = Uint16Array.from({ length: CLASSES }, (_, i) => i);

it("trains, evaluates and predicts with more than 256 classes", async () => {
  const dataset = await loadDataset({ images, labels, height: 3, width: 3, test: { images, labels } });
  expect(dataset.classes).toBe(CLASSES);
  const run = await train({
    dataset,
    model: { layers: [{ type: "flatten" }, { type: "dense", units: CLASSES }] },
    optimizer: { name: "adam", learningRate: 0.5 },
    split: { train: CLASSES - 1, validation: 1 },
    ...{ epochs: 20, batchSize: 64, threads: 1, device: "cpu", untimedSteps: false },
  });
  // All images but the one for validation, which no step has seen.
  expect(run.test!.accuracy).toBeGreaterThanOrEqual((CLASSES - 1) / CLASSES);
  const rows = await run.model.predict(images);
  const row = rows.subarray(300 * CLASSES, 301 * CLASSES);
  expect(row.indexOf(Math.max(...row))).toBe(300);
  run.model.dispose();
});
