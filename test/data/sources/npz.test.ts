import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadDataset } from "../../../src/data/load-dataset.js";
import { temporaryFolder } from "../idx-files.js";

const golden = new URL("../../golden/numpy_files/", import.meta.url);
const pathOf = (name: string) => fileURLToPath(new URL(name, golden));
/** The output of test/golden/numpy_files.py. */
const { labels, images } = JSON.parse(readFileSync(new URL("../numpy_files.json", golden), "utf8")) as {
  readonly labels: readonly number[];
  readonly images: Readonly<Record<string, { readonly bytes: readonly number[] }>>;
};

describe(".npz files", () => {
  it.each(["stored", "deflated"])("are read as Keras' mnist.npz is laid out: %s", async (name) => {
    const path = pathOf(`${name}.npz`);
    expect(await loadDataset(path)).toEqual({
      name: path,
      height: 2,
      width: 4,
      channels: 1,
      classes: 3,
      count: 3,
      images: Uint8Array.from(images.uint8!.bytes),
      labels: Uint8Array.from(labels),
      test: {
        count: 1,
        images: Uint8Array.from(images.uint8!.bytes.slice(0, 8)),
        labels: Uint8Array.of(labels[0]!),
      },
    });
  });

  it("may have a validation part, and labels in a column", async () => {
    const dataset = await loadDataset(pathOf("med.npz"));
    expect(dataset).toMatchObject({ count: 3, channels: 3, validation: { count: 3 }, test: { count: 3 } });
    expect(dataset.validation!.labels).toEqual(Uint8Array.from(labels));
  });

  it("are rejected if they are damaged", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "a.npz");
    const bytes = readFileSync(pathOf("deflated.npz"));
    writeFileSync(file, bytes.subarray(0, 200));
    await expect(loadDataset(file)).rejects.toThrow(`Cannot read ${file}: `);
    bytes.fill(7, 60, 90);
    writeFileSync(file, bytes);
    await expect(loadDataset(file)).rejects.toMatchObject({
      code: "DATA",
      message: expect.stringContaining(file),
    });
  });
});
