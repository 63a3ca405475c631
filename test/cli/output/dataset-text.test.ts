import { expect, it } from "vitest";
import { datasetText } from "../../../src/cli/output/dataset-text.js";
import { describeDataset } from "../../../src/data/describe-dataset.js";
import { inMemoryDataset } from "../../../src/data/in-memory.js";

const describe = async (values: readonly number[], groups?: number[]) =>
  datasetText(
    await describeDataset(
      await inMemoryDataset({
        images: Uint8Array.from(values),
        labels: values.map((_, i) => i % 2),
        height: 1,
        width: 1,
        ...(groups && { groups }),
      }),
    ),
  );

it("gives the number of groups and their sizes", async () => {
  expect(await describe([0, 1, 2, 255], [5, 5, 8, 5])).toContain(
    "\nGroups: 2, of 1 to 3 training images each, 2 in the median\n",
  );
  expect(await describe([0, 1, 2, 255], [5, 8, 8, 5])).toContain("\nGroups: 2, of 2 training images each\n");
  expect(await describe([0, 1, 2, 255], [1, 2, 3, 4])).toContain("\nGroups: 4, of 1 training image each\n");
  expect(await describe([0, 1, 2, 255])).not.toContain("Groups");
});

it("advises to standardise images that use a small part of the range", async () => {
  const advice =
    "The images use only the values 0 to 16 of 0 to 255. Standardise them when you train (--standardise).";
  expect(await describe([0, 16, 3, 4])).toContain(advice);
  expect(await describe([0, 64, 3, 4])).not.toContain("Standardise");
});
