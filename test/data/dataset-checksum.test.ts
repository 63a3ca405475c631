import { expect, it } from "vitest";
import type { Dataset } from "../../src/data/dataset.js";
import { datasetChecksum } from "../../src/data/dataset-checksum.js";
import { bands } from "../small-task.js";

it("depends on all that training reads, and not on the name", async () => {
  const dataset = await bands(12);
  const { images, labels } = dataset;
  const other = Uint8Array.from(images);
  other[images.length - 1]! ^= 1;
  const set = { images: images.slice(144), labels: labels.slice(1), count: 11 };
  const changes: Partial<Dataset>[] = [
    { images: other },
    { labels: Uint8Array.from(labels, (label) => 2 - label) },
    { height: 6, width: 24 },
    { classes: 4 },
    { targets: new Float32Array(36).fill(1 / 3) },
    { groups: new Uint32Array(12) },
    { test: set },
    { validation: set },
  ];
  const sums = await Promise.all(
    [{}, ...changes].map((change) => datasetChecksum({ ...dataset, ...change })),
  );
  expect(new Set(sums).size).toBe(changes.length + 1);
  expect(await datasetChecksum({ ...dataset, name: "renamed" })).toBe(sums[0]);
});
