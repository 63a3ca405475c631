import type { Dataset } from "../../data/dataset.js";
import { sampleDigits } from "../../data/sample-digits.js";
import { escapeHtml } from "../page/html.js";
import { loadPngRenderer } from "./png.js";

/** Longer names are cut. */
const MOST_CHARACTERS = 24;
/** The height of text, in units of two pixels. */
const TEXT_SIZE = 12;
/** Characters that the font DejaVu Sans has. */
const DRAWABLE =
  /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Common}\p{Script=Inherited}]*$/u;

/** The width of a text, at least, as a multiple of its height. */
const widthOf = (text: string) =>
  [...text].reduce(
    (sum, each) => sum + (/[\p{Ll}\p{N} .,'-]/u.test(each) && !/[mw]/.test(each) ? 0.65 : 1),
    0,
  );

/**
 * Draws samples of a dataset, as `sampleDigits` does, with the name of the class before each row. Names are omitted if the dataset
 * has none, or without the optional package @resvg/resvg-js.
 *
 * @returns the bytes of a PNG file
 */
export async function namedSamples(
  dataset: Dataset,
  options?: Parameters<typeof sampleDigits>[1],
): Promise<Uint8Array> {
  const samples = sampleDigits(dataset, options);
  const { classNames, classes } = dataset;
  const render = classNames && (await loadPngRenderer());
  if (!render) return samples;
  const { width, height } = sizeOf(samples);
  const names = classNames.map(shown);
  const size = Math.min(TEXT_SIZE, height / classes / 2);
  const widest = names.reduce((most, name) => Math.max(most, widthOf(name)), 0);
  const margin = Math.ceil(widest * size) + 8;
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

/** A name as it is drawn, or the class's number if the font lacks its script. XML has no control characters. */
function shown(name: string, label: number): string {
  if (!DRAWABLE.test(name)) return `class ${label}`;
  const text = [...name].map((each) => (/\p{C}/u.test(each) ? "?" : each));
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 1).join("")}…` : text.join("");
}

/** The width and the height in a PNG's header. */
function sizeOf(png: Uint8Array): { readonly width: number; readonly height: number } {
  const view = new DataView(png.buffer, png.byteOffset);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}
