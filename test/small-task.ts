import { loadDataset } from "../src/data/load-dataset.js";
import { randomStream } from "../src/data/random.js";

/** Noisy 12 x 12 images of three classes: a bright band at the top, in the middle or at the bottom. */
export function bands(count = 120): Promise<Awaited<ReturnType<typeof loadDataset>>> {
  const next = randomStream(1, "samples");
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 3);
  const images = Uint8Array.from({ length: count * 144 }, (_, i) => {
    const row = Math.floor((i % 144) / 12);
    return Math.floor(row / 4) === labels[Math.floor(i / 144)] ? 120 + (next() % 136) : next() % 90;
  });
  return loadDataset({ name: "bands", images, labels, height: 12, width: 12, classes: 3 });
}

/** A network that learns them within a few epochs. */
export const smallModel = {
  layers: [
    { type: "conv2d", filters: 4, kernelSize: 3, activation: "relu" },
    { type: "maxPool2d" },
    { type: "dropout", rate: 0.1 },
    { type: "flatten" },
    { type: "dense", units: 3 },
  ],
} as const;
