import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { findMnist, loadMnist } from "../../../src/data/named/mnist.js";
import { loadMnist10k } from "../../../src/data/named/mnist-10k.js";

const dataset = await loadMnist10k();
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const image = (images: Uint8Array, index: number) =>
  Buffer.from(images.buffer, images.byteOffset + index * 784, 784);

describe("loadMnist10k", () => {
  it("has 10,000 digits, sorted by class", () => {
    const { images, labels, ...rest } = dataset;
    expect(rest).toEqual({
      name: "mnist-10k",
      count: 10_000,
      height: 28,
      width: 28,
      channels: 1,
      classes: 10,
    });
    expect(labels).toEqual(labels.toSorted());
    const counts = Array.from({ length: 10 }, (_, label) => labels.filter((each) => each === label).length);
    expect(counts).toEqual([1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]);
    expect(sha256(images)).toBe("0768d16c5adea568dee18fa5e4e1acb117e9ec2c5d6b1dffe5fc29c1e61c1eca");
  });

  it.runIf(findMnist())("is the first 10,000 images of MNIST's training set, byte for byte", async () => {
    const mnist = await loadMnist(findMnist()!);
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
});
