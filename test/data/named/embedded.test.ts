import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Dataset } from "../../../src/data/dataset.js";
import { EMBEDDED_NAMES, loadEmbedded } from "../../../src/data/named/embedded.js";
import { findPublished } from "../../../src/data/named/find-published.js";
import { loadPublished } from "../../../src/data/named/load-published.js";
import { packageRoot } from "../../../src/system/package-root.js";

const MNIST = findPublished("mnist");
const sha256 = ({ images, labels }: Dataset) =>
  createHash("sha256").update(images).update(labels).digest("hex");
const image = (images: Uint8Array, index: number) =>
  Buffer.from(images.buffer, images.byteOffset + index * 784, 784);
const countsOf = ({ labels }: Dataset) =>
  Array.from({ length: 10 }, (_, label) => labels.filter((each) => each === label).length);

describe("loadEmbedded", () => {
  it("has 10,000 digits of MNIST, sorted by class, which never change", async () => {
    const dataset = await loadEmbedded("mnist-10k");
    const { images, labels, ...rest } = dataset;
    const shape = { height: 28, width: 28, channels: 1, classes: 10 };
    expect(rest).toEqual({ name: "mnist-10k", count: 10_000, ...shape });
    expect(labels).toEqual(labels.toSorted());
    expect(countsOf(dataset)).toEqual([1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]);
    expect(sha256(dataset)).toBe("bc6b63550c8a82f6ecccd9458252069fb030ee802997b8242e71d5146b0cbf0e");
  });

  it.runIf(MNIST)("has the first 10,000 images of MNIST's training set, byte for byte", async () => {
    const [dataset, mnist] = [await loadEmbedded("mnist-10k"), await loadPublished("mnist", MNIST!.paths)];
    const order = [...mnist.labels.subarray(0, 10_000).keys()].sort(
      (a, b) => mnist.labels[a]! - mnist.labels[b]! || a - b,
    );
    const different = order.filter(
      (index, i) =>
        mnist.labels[index] !== dataset.labels[i] ||
        !image(mnist.images, index).equals(image(dataset.images, i)),
    );
    expect(different).toEqual([]);
  });

  it("has the first 10,000 training images of Fashion-MNIST", async () => {
    const dataset = await loadEmbedded("fashion-mnist-10k");
    expect(dataset).toMatchObject({ count: 10_000, height: 28, width: 28, channels: 1, classes: 10 });
    expect([...dataset.labels.subarray(0, 10)]).toEqual([9, 0, 0, 3, 0, 2, 7, 2, 5, 5]);
    expect(countsOf(dataset)).toEqual([942, 1027, 1016, 1019, 974, 989, 1021, 1022, 990, 1000]);
    expect(sha256(dataset)).toBe("b134f74849da1a1bcd32ee8c73b764a5657b0f25350e9ed3b4a4e8cb8505b14b");
  });

  it("has scikit-learn's digits, scaled to the range of bytes", async () => {
    const dataset = await loadEmbedded("digits");
    expect(dataset).toMatchObject({ count: 1797, height: 8, width: 8, channels: 1, classes: 10 });
    expect(countsOf(dataset)).toEqual([178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    // The first row of the first digit is 0, 0, 5, 13, 9, 1, 0, 0 of 16.
    expect([...dataset.images.subarray(0, 8)]).toEqual([0, 0, 80, 207, 143, 16, 0, 0]);
    expect(sha256(dataset)).toBe("a19cb3d96bba7deace8ee5a513a6eb7bad0403d528f00bf4d351b6a7a55baa91");
  });

  it("has a licence beside the files of each, and little more than 6 MB of them", () => {
    const folder = join(packageRoot, "assets", "datasets");
    const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(names.map(({ name }) => name).sort()).toEqual([...EMBEDDED_NAMES].sort());
    const files = EMBEDDED_NAMES.map((name) => readdirSync(join(folder, name)).sort());
    const expected = ["LICENSE", "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"];
    expect(files).toEqual(EMBEDDED_NAMES.map(() => expected));
    const bytes = EMBEDDED_NAMES.flatMap((name) =>
      expected.map((file) => statSync(join(folder, name, file)).size),
    );
    expect(bytes.reduce((sum, size) => sum + size)).toBeLessThan(6.5e6);
  });
});
