import { dataError } from "../../errors.js";
import { LARGEST_IMAGE, type Labels, MOST_BYTES, MOST_CLASSES } from "../dataset.js";
import { type ImageShape, shapeText, squareShape } from "../image-shape.js";
import { isClassId, narrowLabels } from "../labels.js";
import { type NpyArray, reordered } from "./npy-file.js";

/** An array, and what to call it in messages. */
export interface NamedArray {
  readonly where: string;
  readonly array: NpyArray;
}

interface Images extends ImageShape {
  readonly count: number;
  /** count x height x width x channels */
  readonly values: Uint8Array | Float32Array;
}

/** @throws OptimbenchError (DATA) if the array does not have the shape of images */
export async function imagesOf({ where, array: { shape, values } }: NamedArray): Promise<Images> {
  const [count = 0, ...sizes] = shape;
  const images = shapeOf(sizes);
  if (images === undefined)
    throw dataError(
      `${where} has the shape (${shape.join(", ")}), which is not that of images: ` +
        "(count, height, width), (count, height, width, channels), (count, channels, height, width), or (count, pixels) of a square.",
    );
  const { height, width, channels, isPlanar } = images;
  if (height > LARGEST_IMAGE.side || width > LARGEST_IMAGE.side || channels > LARGEST_IMAGE.channels)
    throw dataError(
      `${where} has images of ${shapeText(images)}; at most ${shapeText({ height: LARGEST_IMAGE.side, width: LARGEST_IMAGE.side, channels: LARGEST_IMAGE.channels })} are supported.`,
    );
  if (values.length > MOST_BYTES)
    throw dataError(`${where} has ${values.length} values; at most ${MOST_BYTES} are supported.`);
  const area = height * width;
  return {
    count,
    height,
    width,
    channels,
    values: isPlanar
      ? await reordered(values, [count, height, width, channels], [area * channels, width, 1, area])
      : values,
  };
}

const isChannels = (size: number) => size === 1 || size === 3;

/** The shape of an image with these axes. It is planar if the channels come first, as in PyTorch. */
function shapeOf(sizes: readonly number[]): (ImageShape & { readonly isPlanar?: boolean }) | undefined {
  if (sizes.length === 1) return squareShape(sizes[0]!);
  const [a, b, c = 1] = sizes as [number, number, number?];
  if (sizes.length === 2) return { height: a, width: b, channels: 1 };
  if (sizes.length !== 3) return undefined;
  return isChannels(a) && !isChannels(c)
    ? { height: b, width: c, channels: a, isPlanar: true }
    : { height: a, width: b, channels: c };
}

/**
 * Class ids, from class ids of any integer type or from one-hot rows.
 *
 * @param images what the images are called
 * @returns `columns`: of one-hot rows, their length; otherwise 0
 * @throws OptimbenchError (DATA) if these are no labels, or not one per image
 */
export function labelsOf(
  { where, array: { shape, values } }: NamedArray,
  count: number,
  images: string,
): { readonly labels: Labels; readonly columns: number } {
  const [rows = 0, columns = 1, ...more] = shape;
  if (more.length > 0 || shape.length === 0)
    throw dataError(
      `${where} has the shape (${shape.join(", ")}), which is not that of labels: (count) or (count, classes).`,
    );
  if (rows !== count) throw dataError(`${where} has ${rows} labels, but ${images} has ${count} images.`);
  if (columns === 1) {
    const wrong = values.findIndex((value) => !isClassId(value));
    if (wrong >= 0)
      throw dataError(
        `${where} has the label ${values[wrong]} at index ${wrong}. Expected whole numbers from 0 to ${MOST_CLASSES - 1}.`,
      );
    return { labels: narrowLabels(values), columns: 0 };
  }
  if (columns > MOST_CLASSES)
    throw dataError(`${where} has ${columns} columns; at most ${MOST_CLASSES} classes are supported.`);
  const labels = new Uint16Array(rows);
  for (let row = 0; row < rows; row++) {
    const numbers = values.subarray(row * columns, (row + 1) * columns);
    const label = numbers.indexOf(1);
    if (label < 0 || numbers.some((value, column) => value !== (column === label ? 1 : 0)))
      throw dataError(
        `${where} has the row [${numbers.subarray(0, 10).join(", ")}${columns > 10 ? ", ..." : ""}] at index ${row}. Expected one-hot rows: a 1, and otherwise 0. Pass soft targets to \`loadDataset\` as \`targets\`.`,
      );
    labels[row] = label;
  }
  return { labels: narrowLabels(labels), columns };
}
