import { LARGEST_IMAGE } from "./dataset.js";

/** The shape of images. */
export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** The shape that a number of values implies: a square of one channel, or of three. Undefined if it is neither. */
export function squareShape(values: number): ImageShape | undefined {
  for (const channels of [1, 3]) {
    const side = Math.sqrt(values / channels);
    if (Number.isInteger(side) && side >= 1 && side <= LARGEST_IMAGE.side)
      return { height: side, width: side, channels };
  }
  return undefined;
}

/** "28 x 28 x 3" */
export const shapeText = ({ height, width, channels }: ImageShape): string =>
  `${height} x ${width} x ${channels}`;
