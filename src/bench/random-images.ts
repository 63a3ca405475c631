import type { Dataset } from "../data/dataset.js";
import { randomStream } from "../data/random.js";

const CLASSES = 10;
const MNIST = { height: 28, width: 28, channels: 1 };

/** Random images, by default of MNIST's size. The time of a step hardly depends on the content of the images. */
export function randomImages(count: number, size = MNIST): Dataset {
  const next = randomStream(0, "samples");
  const { height, width, channels } = size;
  return {
    name: "random images",
    count,
    ...size,
    classes: CLASSES,
    images: Uint8Array.from({ length: count * height * width * channels }, () => next() >>> 24),
    labels: Uint8Array.from({ length: count }, (_, i) => i % CLASSES),
  };
}
