import type { Dataset } from "../data/dataset.js";
import { randomStream } from "../data/random.js";

const CLASSES = 10;
const MNIST = { height: 28, width: 28, channels: 1 };

/** Random images, by default of MNIST's size. The time of a step hardly depends on the content of the images. */
export function randomImages(count: number, size = MNIST): Dataset {
  const next = randomStream(0, "samples");
  const { height, width, channels } = size;
  const images = new Uint8Array(count * height * width * channels);
  for (let i = 0; i < images.length; i++) images[i] = next() >>> 24; // Uint8Array.from takes seconds
  return {
    name: "random images",
    count,
    ...size,
    classes: CLASSES,
    images,
    labels: Uint8Array.from({ length: count }, (_, i) => i % CLASSES),
  };
}
