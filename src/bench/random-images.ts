import type { Dataset } from "../data/dataset.js";
import { randomStream } from "../data/random.js";

const [HEIGHT, WIDTH, CLASSES] = [28, 28, 10];

/** Random images of MNIST's size. The time of a step hardly depends on the content of the images. */
export function randomImages(count: number): Dataset {
  const next = randomStream(0, "samples");
  return {
    name: "random images",
    count,
    height: HEIGHT,
    width: WIDTH,
    channels: 1,
    classes: CLASSES,
    images: Uint8Array.from({ length: count * HEIGHT * WIDTH }, () => next() >>> 24),
    labels: Uint8Array.from({ length: count }, (_, i) => i % CLASSES),
  };
}
