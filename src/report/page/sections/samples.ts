import { type Html, html } from "../html.js";
import { section } from "../parts/section.js";

/** Some images of the dataset, as a PNG. */
export function samples(png: Uint8Array | undefined): Html | undefined {
  if (png === undefined) return undefined;
  const data = Buffer.from(png).toString("base64");
  return section(
    "samples",
    "Sample images",
    html`<figure><img class="samples" src="data:image/png;base64,${data}" alt="Some images of each class of the dataset"></figure>`,
  );
}
