// Writes the datasets that the package contains, assets/datasets/, from the published files:
//
//   node scripts/embed-datasets.mjs MNIST FASHION_MNIST DIGITS
//
// MNIST and FASHION_MNIST are folders with the two training files of these datasets, DIGITS is scikit-learn's digits.csv.gz
// (sklearn/datasets/data/ in its wheel). Needs `npm run build`.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { idxHeader, readIdx } from "../dist/data/sources/idx.js";
import { packageRoot } from "../dist/system/package-root.js";

const [mnist, fashion, digits] = process.argv.slice(2);
if (digits === undefined) throw new Error("Expected three arguments: MNIST FASHION_MNIST DIGITS");

/** The first 10,000 training images. */
async function first10k(folder) {
  const images = await readIdx(join(folder, "train-images-idx3-ubyte.gz"));
  const labels = await readIdx(join(folder, "train-labels-idx1-ubyte.gz"));
  const [, height, width] = images.dimensions;
  return {
    images: images.data.subarray(0, 10_000 * height * width),
    labels: labels.data.subarray(0, 10_000),
    height,
    width,
  };
}

/** Sorted by class, and within a class in the given order: similar images side by side are also smaller when compressed. */
function sortedByClass({ images, labels, height, width }) {
  const order = [...labels.keys()].sort((a, b) => labels[a] - labels[b] || a - b);
  const size = height * width;
  return {
    images: Buffer.concat(order.map((index) => images.subarray(index * size, (index + 1) * size))),
    labels: Uint8Array.from(order, (index) => labels[index]),
    height,
    width,
  };
}

/** Rows of 64 pixels from 0 to 16 and a label. Pixels become 0 to 255. */
function readDigits(file) {
  const rows = gunzipSync(readFileSync(file))
    .toString()
    .trim()
    .split("\n")
    .map((row) => row.split(",").map(Number));
  return {
    images: Uint8Array.from(
      rows.flatMap((row) => row.slice(0, 64).map((value) => Math.round((value * 255) / 16))),
    ),
    labels: Uint8Array.from(rows, (row) => row[64]),
    height: 8,
    width: 8,
  };
}

function write(name, { images, labels, height, width }) {
  const folder = join(packageRoot, "assets", "datasets", name);
  mkdirSync(folder, { recursive: true });
  const packed = (dimensions, data) => gzipSync(Buffer.concat([idxHeader(dimensions), data]), { level: 9 });
  writeFileSync(join(folder, "train-images-idx3-ubyte.gz"), packed([labels.length, height, width], images));
  writeFileSync(join(folder, "train-labels-idx1-ubyte.gz"), packed([labels.length], labels));
}

write("mnist-10k", sortedByClass(await first10k(mnist)));
write("fashion-mnist-10k", await first10k(fashion));
write("digits", readDigits(digits));
