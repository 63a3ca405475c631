import { join } from "node:path";
import { packageRoot } from "../../system/package-root.js";
import type { Dataset } from "../dataset.js";
import { loadIdxFolder } from "../sources/idx-folder.js";
import { PUBLISHED } from "./published.js";

/**
 * The datasets that the package contains, each a folder of IDX files in assets/datasets/. None has a test set.
 * `scripts/embed-datasets.mjs` writes them.
 */
export const EMBEDDED_NAMES = ["mnist-10k", "fashion-mnist-10k", "digits"] as const;
export type EmbeddedName = (typeof EMBEDDED_NAMES)[number];

/**
 * Loads a dataset that the package contains, without a download.
 *
 * - mnist-10k: the first 10,000 training images of MNIST, sorted by class, and within a class in MNIST's order
 * - fashion-mnist-10k: the first 10,000 training images of Fashion-MNIST
 * - digits: the 1,797 digits of scikit-learn, 8 x 8, with values 0 to 16 scaled to 0 to 255
 *
 * @throws OptimbenchError (DATA) if its files in the package are missing or damaged
 */
export async function loadEmbedded(name: EmbeddedName): Promise<Dataset> {
  const dataset = await loadIdxFolder(join(packageRoot, "assets", "datasets", name), { name });
  return name === "fashion-mnist-10k"
    ? { ...dataset, classNames: PUBLISHED["fashion-mnist"].classNames }
    : dataset;
}
