import { dirname, join } from "node:path";
import { libraryFileName } from "../src/install/library-file.js";

type Libraries = typeof import("../src/install/runtime-libraries.js");

/** The device's name, for configs that do not accept "auto". */
export const GPU = "simulated:0";

/**
 * For `vi.mock` of src/install/runtime-libraries.ts: loads the simulated GPU backend (native/simulated/) instead of CUDA.
 */
export async function simulatedGpu(original: () => Promise<Libraries>): Promise<Libraries> {
  const { runtimeLibraries } = await original();
  const libraries = runtimeLibraries();
  const cuda = join(dirname(libraries.core), libraryFileName("optimbench_simulated"));
  return { runtimeLibraries: () => ({ ...libraries, cuda, cudaGraphs: cuda }) };
}
