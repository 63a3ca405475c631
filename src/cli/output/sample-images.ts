import type { Dataset } from "../../data/dataset.js";

/** The sample images of a report. An error omits these images and prints a notice. */
export async function sampleImages(
  load: () => Dataset | Promise<Dataset>,
  onNotice: (text: string) => void,
): Promise<Uint8Array | undefined> {
  try {
    const { namedSamples } = await import("./named-samples.js");
    return await namedSamples(await load());
  } catch (error) {
    onNotice(`Sample images omitted: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}
