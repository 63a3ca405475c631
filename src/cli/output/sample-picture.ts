import type { Dataset } from "../../data/dataset.js";

/** The sample images of a report. Whatever is wrong costs these images alone, and a notice says so. */
export async function samplePicture(
  load: () => Dataset | Promise<Dataset>,
  onNotice: (text: string) => void,
): Promise<Uint8Array | undefined> {
  try {
    const { sampleDigits } = await import("../../data/sample-digits.js");
    return sampleDigits(await load());
  } catch (error) {
    onNotice(`Sample images omitted: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}
