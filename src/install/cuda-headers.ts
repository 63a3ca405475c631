import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheFolder } from "../system/cache-folder.js";
import { makeFolder } from "../system/make-folder.js";
import { removeLeftovers, temporaryName } from "../system/temporary-file.js";
import { downloadWheels } from "./download-wheels.js";
import type { Libtorch } from "./find-libtorch.js";
import type { Setup } from "./setup-context.js";
import { requirePython } from "./toolchain.js";
import { unpackWheel } from "./unpack-wheel.js";

/** Two small wheels, of which only the headers are unpacked. */
const WHEELS = ["nvidia-cuda-runtime==13.2.86", "nvidia-cuda-crt==13.2.86"];

const cached = () => join(cacheFolder(), "cuda-headers-13");

/**
 * The folder with the CUDA headers that native/cuda is compiled with: those in the cache, those of an installed PyTorch,
 * or those of the CUDA toolkit that CUDA_HOME or CUDA_PATH names. Undefined if there is none yet.
 */
export function findCudaHeaders(libtorch: Libtorch): string | undefined {
  const wheels = [cached(), dirname(libtorch.root)]
    .map((folder) => join(folder, "nvidia"))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  const toolkits = [process.env.CUDA_HOME, process.env.CUDA_PATH].filter((folder) => folder !== undefined);
  return [...wheels, ...toolkits]
    .map((folder) => join(folder, "include"))
    .find((folder) => existsSync(join(folder, "cuda_runtime_api.h")) && existsSync(join(folder, "crt")));
}

/**
 * Finds the headers or downloads them into the cache (3 MB). Everything except graph recording works without them, so a failure
 * is only logged. Call it under the lock.
 */
export async function getCudaHeaders(libtorch: Libtorch, setup: Setup): Promise<string | undefined> {
  if (process.platform !== "linux") return undefined;
  const found = findCudaHeaders(libtorch);
  if (found !== undefined) return found;
  const folder = cached();
  const partial = join(cacheFolder(), temporaryName());
  try {
    makeFolder(partial);
    await removeLeftovers(cacheFolder());
    setup.log("Fetching CUDA's headers (3 MB) ...");
    const python = requirePython("fetch CUDA's headers");
    const options = ["--no-deps", "--retries", "1"];
    for (const wheel of await downloadWheels(python, partial, [...options, ...WHEELS], "them", setup))
      await unpackWheel(wheel, partial, (name) => name.includes("/include/"));
    rmSync(join(partial, "wheels"), { recursive: true });
    rmSync(folder, { recursive: true, force: true });
    renameSync(partial, folder);
  } catch (error) {
    setup.log(
      `${(error as Error).message}\nContinuing without them: steps on a GPU will not be recorded as graphs.`,
    );
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return findCudaHeaders(libtorch);
}
