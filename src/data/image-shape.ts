import { dataError } from "../errors.js";
import { countText, integerText } from "../validation/count-text.js";
import { LARGEST_IMAGE, MOST_BYTES } from "./dataset.js";

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

/** @throws OptimbenchError (DATA) if that many images are larger than a part of a dataset may be */
export function checkImageBytes(name: string, count: number, shape: ImageShape): void {
  const bytes = count * shape.height * shape.width * shape.channels;
  if (bytes <= MOST_BYTES) return;
  throw dataError(
    `${countText(count, "image")} of ${name}, ${shapeText(shape)}, need ${integerText(Math.ceil(bytes / 1e6))} MB; ` +
      `at most ${integerText(Math.floor(MOST_BYTES / 1e6))} MB are read. Make them smaller with \`resize\` or \`greyscale\`.`,
  );
}
