import { setImmediate } from "node:timers/promises";
import { resizeImages } from "./resize.js";

/*
 * Prepares the picture of a digit as the images of MNIST were prepared: the digit fits a box of 20 x 20 pixels, with its aspect
 * ratio and anti-aliased, and its centre of mass is the centre of the 28 x 28 pixels. See https://yann.lecun.com/exdb/mnist and
 * Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to document recognition, 1998, section III.A. MNIST's
 * digits were black and white before that, so finding the ink is not part of its description.
 */

/** The size of MNIST's images, and of the box that a digit fits. */
export const MNIST_SIDE = 28;
const BOX = 20;
/** The largest side of a picture in which ink is sought. Larger ones are made smaller first. */
const LARGEST_SIDE = 1024;

/** The share of the darkest ink from which a pixel belongs to the digit. */
const INK = 0.1;
/** The least difference between ink and background, of 255. */
const LEAST_CONTRAST = 24;

interface Size {
  readonly height: number;
  readonly width: number;
}

interface Picture extends Size {
  /** 0 to 1, row by row. */
  readonly ink: Float32Array;
}

/** The size in which ink is sought in a picture. */
export function pictureSize({ height, width }: Size): Size {
  const scale = Math.min(1, LARGEST_SIDE / Math.max(height, width));
  return { height: Math.max(1, Math.round(height * scale)), width: Math.max(1, Math.round(width * scale)) };
}

/**
 * @returns 28 x 28 bytes, light on dark; undefined if there is nothing in the picture
 * @throws OptimbenchError (DATA) without sharp
 */
export async function mnistDigit(grey: Uint8Array, size: Size): Promise<Uint8Array | undefined> {
  const searched = pictureSize(size);
  const isSame = searched.height === size.height && searched.width === size.width;
  const pixels = isSame ? grey : await resizeImages(grey, 1, size, searched, () => {});
  const picture = inkOf(pixels, searched);
  if (picture === undefined) return undefined;
  await setImmediate(); // up to here, a picture takes some milliseconds
  const { bytes, ...digit } = cropped(picture);
  const scale = BOX / Math.max(digit.height, digit.width);
  const box = {
    height: Math.max(1, Math.round(digit.height * scale)),
    width: Math.max(1, Math.round(digit.width * scale)),
  };
  const scaled = await resizeImages(bytes, 1, digit, box, () => {});
  return centred(stretched(scaled), box);
}

/** How much ink is in each pixel: what differs from the background, which may become lighter in one direction. */
function inkOf(grey: Uint8Array, { height, width }: Size): Picture | undefined {
  const depth = Math.max(1, Math.round(Math.min(height, width) / 20));
  const strip = (top: number, left: number, rows: number, columns: number) => {
    const values: number[] = [];
    for (let y = top; y < top + rows; y++)
      for (let x = left; x < left + columns; x++) values.push(grey[y * width + x]!);
    return values;
  };
  const border = {
    top: strip(0, 0, depth, width),
    bottom: strip(height - depth, 0, depth, width),
    left: strip(0, 0, height, depth),
    right: strip(0, width - depth, height, depth),
  };
  // Medians, because a stroke may reach the border.
  const [top, bottom, left, right] = [
    median(border.top),
    median(border.bottom),
    median(border.left),
    median(border.right),
  ];
  const middle = median([top, bottom, left, right]);
  const down = (bottom - top) / Math.max(1, height - depth);
  const across = (right - left) / Math.max(1, width - depth);
  const backgroundAt = (y: number, x: number) =>
    middle + down * (y - (height - 1) / 2) + across * (x - (width - 1) / 2);

  const ink = new Float32Array(grey.length);
  let [darkest, lightest] = [0, 0];
  const noise: number[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const difference = grey[y * width + x]! - backgroundAt(y, x);
      ink[y * width + x] = difference;
      darkest = Math.min(darkest, difference);
      lightest = Math.max(lightest, difference);
      if (y < depth || x < depth || y >= height - depth || x >= width - depth)
        noise.push(Math.abs(difference));
    }
  const sign = -darkest > lightest ? -1 : 1; // dark on light is inverted
  const floor = 4 * median(noise);
  const range = Math.max(-darkest, lightest) - floor;
  if (range < LEAST_CONTRAST) return undefined;
  for (let i = 0; i < ink.length; i++) ink[i] = Math.min(1, Math.max(0, (sign * ink[i]! - floor) / range));
  return { height, width, ink };
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  const middle = values.length >> 1;
  return values.length % 2 === 1 ? values[middle]! : (values[middle - 1]! + values[middle]!) / 2;
}

/** The part with ink, as bytes. */
function cropped({ height, width, ink }: Picture) {
  let [top, bottom, left, right] = [height, -1, width, -1];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (ink[y * width + x]! < INK) continue;
      top = Math.min(top, y);
      bottom = y;
      left = Math.min(left, x);
      right = Math.max(right, x);
    }
  const size = { height: bottom - top + 1, width: right - left + 1 };
  const bytes = new Uint8Array(size.height * size.width);
  for (let y = 0; y < size.height; y++)
    for (let x = 0; x < size.width; x++)
      bytes[y * size.width + x] = Math.round(255 * ink[(top + y) * width + left + x]!);
  return { ...size, bytes };
}

/** Thin strokes become grey when they are made smaller; the lightest pixel becomes white again. */
function stretched(digit: Uint8Array): Uint8Array {
  const lightest = digit.reduce((most, value) => Math.max(most, value), 1);
  return digit.map((value) => Math.round((255 * value) / lightest));
}

/** Places a digit so that its centre of mass is the centre of the image, as far as it fits. */
function centred(digit: Uint8Array, { height, width }: Size): Uint8Array {
  let [mass, down, across] = [0, 0, 0];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const value = digit[y * width + x]!;
      mass += value;
      down += value * y;
      across += value * x;
    }
  const place = (moment: number, side: number) =>
    Math.min(MNIST_SIDE - side, Math.max(0, Math.round(MNIST_SIDE / 2 - moment / mass)));
  const [top, left] = [place(down, height), place(across, width)];
  const image = new Uint8Array(MNIST_SIDE * MNIST_SIDE);
  for (let y = 0; y < height; y++)
    image.set(digit.subarray(y * width, (y + 1) * width), (top + y) * MNIST_SIDE + left);
  return image;
}
