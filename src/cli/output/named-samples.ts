import type { Dataset } from "../../data/dataset.js";
import { sampleDigits } from "../../data/sample-digits.js";
import { loadPngRenderer } from "../../report/charts/png.js";
import { escapeHtml } from "../../report/page/html.js";

/** Longer names are cut. */
const MOST_CHARACTERS = 24;
/** The height of text, and the width of its widest characters, in units of two pixels. */
const TEXT = { size: 12, width: 8 };

/**
 * Draws samples of a dataset, as `sampleDigits` does, with the name of the class before each row. Names are omitted if the dataset
 * has none, or without the optional package @resvg/resvg-js.
 *
 * @returns the bytes of a PNG file
 */
export async function namedSamples(
  dataset: Dataset,
  options: Parameters<typeof sampleDigits>[1],
): Promise<Uint8Array> {
  const samples = sampleDigits(dataset, options);
  const { classNames, classes } = dataset;
  const render = classNames && (await loadPngRenderer());
  if (!render) return samples;
  const { width, height } = sizeOf(samples);
  const names = classNames.map(shown);
  const size = Math.min(TEXT.size, height / classes / 2);
  const margin =
    Math.ceil(Math.max(...names.map((name) => name.length)) * TEXT.width * (size / TEXT.size)) + 4;
  // The renderer doubles sizes, so the samples keep their pixels.
  const texts = names.map((name, label) => {
    const y = ((label + 0.5) * height) / classes / 2 + size / 3;
    return `<text x="${margin - 4}" y="${y}" text-anchor="end" font-size="${size}">${escapeHtml(name)}</text>`;
  });
  const url = `data:image/png;base64,${Buffer.from(samples).toString("base64")}`;
  return render(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${margin + width / 2}" height="${height / 2}" font-family="DejaVu Sans">` +
      `<image x="${margin}" y="0" width="${width / 2}" height="${height / 2}" image-rendering="optimizeSpeed" href="${url}"/>` +
      `${texts.join("")}</svg>`,
  );
}

/** XML has no control characters, and lone surrogates are no text. */
function shown(name: string): string {
  const text = [...name].map((each) => (/\p{Cc}|\p{Cs}/u.test(each) ? "?" : each));
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 1).join("")}…` : text.join("");
}

/** The width and the height in a PNG's header. */
function sizeOf(png: Uint8Array): { readonly width: number; readonly height: number } {
  const view = new DataView(png.buffer, png.byteOffset);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}
